import { createHash, type KeyObject, X509Certificate } from 'node:crypto'

/**
 * The KES identity of a public key: lower-case hex SHA-256 of its DER SubjectPublicKeyInfo. Subject, issuer, validity
 * and usage of the certificate around it play no part.
 */
export function identityOfPublicKey(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
}

/** @param certificate PEM text or DER bytes. @throws when it is not a certificate */
export function identityOfCertificate(certificate: string | Uint8Array): string {
  return identityOfPublicKey(new X509Certificate(certificate).publicKey)
}
