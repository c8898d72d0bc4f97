import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { Secret } from '../secret.ts'
import { selfSignedClientCertificate } from './client-certificate.ts'

/** Who the console is towards KES. */
export interface KesIdentity {
  /** Lower-case hex SHA-256 of the DER public key, as KES policies name it. */
  readonly id: string
  /** PEM, with its chain when it has one. */
  readonly cert: string
  /** PEM (PKCS#8), not encrypted. */
  readonly key: Secret<string>
  /** When the certificate expires, ISO 8601. KES accepts an expired one unless its `tls.auth` is on. */
  readonly notAfter: string
  /** What is wrong with this identity, though KES takes it; null when nothing is. */
  readonly warning: string | null
}

/** An identity that can't be used: one sentence with the cure, never the key. */
export class KesIdentityError extends Error {
  override readonly name = 'KesIdentityError'
}

/** How the console shows KES who it is; PEM texts. */
export type KesCredentials =
  | { readonly kind: 'api-key'; readonly apiKey: Secret<string> }
  | {
      readonly kind: 'certificate'
      readonly cert: string
      readonly key: Secret<string>
      readonly password: Secret<string> | null
    }

/** @throws KesIdentityError */
export const readIdentity = (credentials: KesCredentials): KesIdentity =>
  credentials.kind === 'api-key'
    ? identityFromApiKey(credentials.apiKey)
    : identityFromCertificate(credentials.cert, credentials.key, credentials.password)

/**
 * From a client certificate and its key. An encrypted key may be in the old PEM form (RFC 1423, the only one MinIO
 * itself opens) or in PKCS#8.
 */
export function identityFromCertificate(
  cert: string,
  key: Secret<string>,
  password: Secret<string> | null,
): KesIdentity {
  const privateKey = openPrivateKey(key, password)
  const leaf = clientCertificate(cert)
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new KesIdentityError(
      'MINIO_KMS_KES_KEY_FILE is not the key of the certificate in MINIO_KMS_KES_CERT_FILE: give the pair that belongs together.',
    )
  }
  return identityOf(privateKey, cert, leaf)
}

const SEED_BYTES = 32
/** PKCS#8 around an Ed25519 seed (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** From `kes:v1:` ‖ base64(0x00 ‖ Ed25519 seed); the prefix may be missing. */
export function identityFromApiKey(apiKey: Secret<string>): KesIdentity {
  const privateKey = apiKey.expose((text) => {
    const encoded = text.trim().replace(/^kes:v1:/, '')
    const bytes = Buffer.from(encoded, 'base64')
    if (!/^[A-Za-z0-9+/]{44}$/.test(encoded) || bytes.length !== SEED_BYTES + 1 || bytes[0] !== 0) {
      throw new KesIdentityError('MINIO_KMS_KES_API_KEY is no KES API key: it looks like kes:v1: and 44 characters.')
    }
    const pkcs8 = Buffer.concat([ED25519_PKCS8, bytes.subarray(1)])
    try {
      return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    } finally {
      pkcs8.fill(0)
      bytes.fill(0)
    }
  })
  const cert = selfSignedClientCertificate(privateKey, identityHex(createPublicKey(privateKey)))
  return identityOf(privateKey, cert, new X509Certificate(cert))
}

function identityOf(privateKey: KeyObject, cert: string, leaf: X509Certificate): KesIdentity {
  const id = identityHex(leaf.publicKey)
  return {
    id,
    cert,
    key: new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    notAfter: new Date(leaf.validTo).toISOString(),
    warning: PUBLISHED_IDENTITIES.has(id)
      ? 'The private key of this KES identity is published on the internet: anybody can use it. Make a new one with "kes identity new".'
      : null,
  }
}

/** The root of the public play server: its API key and its key file are in the sources of KES. */
const PUBLISHED_IDENTITIES = new Set(['3ecfcdf38fcbe141ae26a1030f81e96b753365a46760ae6b578698a97c59fd22'])

const identityHex = (publicKey: KeyObject) =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

function openPrivateKey(key: Secret<string>, password: Secret<string> | null): KeyObject {
  const open = (pem: string, passphrase?: string) => {
    if (passphrase === undefined && /ENCRYPTED/.test(pem)) {
      throw new KesIdentityError(
        'MINIO_KMS_KES_KEY_FILE is encrypted: give its password in MINIO_KMS_KES_KEY_PASSWORD.',
      )
    }
    try {
      return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code
      throw new KesIdentityError(
        code === 'ERR_OSSL_BAD_DECRYPT'
          ? 'MINIO_KMS_KES_KEY_PASSWORD does not open the key in MINIO_KMS_KES_KEY_FILE: correct it.'
          : 'MINIO_KMS_KES_KEY_FILE holds no private key in PEM form: make one with "kes identity new".',
      )
    }
  }
  return key.expose((pem) => (password ? password.expose((passphrase) => open(pem, passphrase)) : open(pem)))
}

/** KES takes the single certificate that is no CA, and ignores the rest of the chain. */
function clientCertificate(pem: string): X509Certificate {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  let certificates: X509Certificate[]
  try {
    certificates = blocks.map((block) => new X509Certificate(block))
  } catch {
    throw new KesIdentityError('MINIO_KMS_KES_CERT_FILE holds a certificate that can’t be read: replace it.')
  }
  const [leaf, second] = certificates.filter(({ ca }) => !ca)
  if (second) {
    throw new KesIdentityError(
      'MINIO_KMS_KES_CERT_FILE holds more than one client certificate, which KES refuses: keep one and its chain.',
    )
  }
  if (leaf) return leaf
  if (certificates.length === 0) {
    throw new KesIdentityError('MINIO_KMS_KES_CERT_FILE holds no certificate in PEM form: give the client certificate.')
  }
  throw new KesIdentityError(
    'The certificate in MINIO_KMS_KES_CERT_FILE is marked CA:TRUE, which KES skips: make it with basicConstraints CA:FALSE.',
  )
}
