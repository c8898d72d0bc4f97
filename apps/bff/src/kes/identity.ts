import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { Secret } from '../secret.ts'
import { certificatesIn, spkiHex } from './certificate.ts'
import { selfSignedClientCertificate } from './client-certificate.ts'

/** Who the console is towards KES. */
export interface KesIdentity {
  readonly kind: 'api-key' | 'certificate'
  /** Lower-case hex SHA-256 of the DER public key, as KES policies name it. */
  readonly id: string
  /** PEM, with its chain when it has one. */
  readonly cert: string
  /** The one certificate in {@link cert} that KES looks at. */
  readonly leaf: X509Certificate
  /** PEM (PKCS#8), not encrypted. */
  readonly key: Secret<string>
  /** How the key lies in its file; null for an API key. */
  readonly keyForm: KeyForm | null
  /** What is wrong with this identity, though KES takes it; null when nothing is. */
  readonly warning: string | null
}

/** `rfc1423` is what `kes identity new --encrypt` writes, and the only encrypted form that MinIO opens. */
export type KeyForm = 'plain' | 'rfc1423' | 'pkcs8-encrypted'

/** An identity that can't be used: one sentence with the cure, never the key. */
export class KesIdentityError extends Error {
  override readonly name = 'KesIdentityError'
}

/** The variables that say where an identity lies, for its sentences. */
export interface IdentityVariables {
  readonly apiKey: string
  readonly certFile: string
  readonly keyFile: string
  readonly keyPassword: string
}

/** @param prefix as in `MINIO_KMS_KES` */
export const identityVariables = (prefix: string): IdentityVariables => ({
  apiKey: `${prefix}_API_KEY`,
  certFile: `${prefix}_CERT_FILE`,
  keyFile: `${prefix}_KEY_FILE`,
  keyPassword: `${prefix}_KEY_PASSWORD`,
})

const MINIO = identityVariables('MINIO_KMS_KES')

/**
 * From a client certificate and its key. An encrypted key may be in the old PEM form (RFC 1423, the only one MinIO
 * itself opens) or in PKCS#8.
 *
 * @throws KesIdentityError
 */
export function identityFromCertificate(
  cert: string,
  key: Secret<string>,
  password: Secret<string> | null,
  names = MINIO,
): KesIdentity {
  const privateKey = openPrivateKey(key, password, names)
  const leaf = clientCertificate(cert, names)
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new KesIdentityError(
      `${names.keyFile} is not the key of the certificate in ${names.certFile}: give the pair that belongs together.`,
    )
  }
  const keyForm = key.expose(formOf)
  return { ...identityOf(privateKey, cert, leaf, keyForm), kind: 'certificate', keyForm }
}

function formOf(pem: string): KeyForm {
  if (pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) return 'pkcs8-encrypted'
  return /^Proc-Type: 4,ENCRYPTED/m.test(pem) ? 'rfc1423' : 'plain'
}

const SEED_BYTES = 32
/** PKCS#8 around an Ed25519 seed (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** From `kes:v1:` ‖ base64(0x00 ‖ Ed25519 seed); the prefix may be missing. @throws KesIdentityError */
export function identityFromApiKey(apiKey: Secret<string>, names = MINIO): KesIdentity {
  const privateKey = apiKey.expose((text) => {
    const encoded = text.trim().replace(/^kes:v1:/, '')
    const bytes = Buffer.from(encoded, 'base64')
    if (!/^[A-Za-z0-9+/]{44}$/.test(encoded) || bytes.length !== SEED_BYTES + 1 || bytes[0] !== 0) {
      throw new KesIdentityError(`${names.apiKey} is no KES API key: it looks like kes:v1: and 44 characters.`)
    }
    const pkcs8 = Buffer.concat([ED25519_PKCS8, bytes.subarray(1)])
    try {
      return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    } finally {
      pkcs8.fill(0)
      bytes.fill(0)
    }
  })
  const cert = selfSignedClientCertificate(privateKey, spkiHex(createPublicKey(privateKey)))
  return { ...identityOf(privateKey, cert, new X509Certificate(cert), null), kind: 'api-key', keyForm: null }
}

function identityOf(privateKey: KeyObject, cert: string, leaf: X509Certificate, keyForm: KeyForm | null) {
  const id = spkiHex(leaf.publicKey)
  const warnings = [
    ...(PUBLISHED_IDENTITIES.has(id) ? [PUBLISHED] : []),
    ...(keyForm === 'pkcs8-encrypted' ? [NOT_FOR_MINIO] : []),
  ]
  return {
    id,
    cert,
    leaf,
    key: new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    warning: warnings.length > 0 ? warnings.join(' ') : null,
  }
}

const PUBLISHED =
  'The private key of this KES identity is published on the internet: anybody can use it. Make a new one with "kes identity new".'
const NOT_FOR_MINIO =
  'This key is encrypted as PKCS#8. The console opens it, MinIO does not: for MinIO encrypt it in the old PEM form, as "kes identity new --encrypt" does.'

/** The root of the public play server: its API key and its key file are in the sources of KES. */
const PUBLISHED_IDENTITIES = new Set(['3ecfcdf38fcbe141ae26a1030f81e96b753365a46760ae6b578698a97c59fd22'])

function openPrivateKey(key: Secret<string>, password: Secret<string> | null, names: IdentityVariables): KeyObject {
  const open = (pem: string, passphrase?: string) => {
    if (passphrase === undefined && /ENCRYPTED/.test(pem)) {
      throw new KesIdentityError(`${names.keyFile} is encrypted: give its password in ${names.keyPassword}.`)
    }
    try {
      return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code
      throw new KesIdentityError(
        code === 'ERR_OSSL_BAD_DECRYPT'
          ? `${names.keyPassword} does not open the key in ${names.keyFile}: correct it.`
          : `${names.keyFile} holds no private key in PEM form: make one with "kes identity new".`,
      )
    }
  }
  return key.expose((pem) => (password ? password.expose((passphrase) => open(pem, passphrase)) : open(pem)))
}

/** KES takes the single certificate that is no CA, and ignores the rest of the chain. @throws KesIdentityError */
export function clientCertificate(pem: string, { certFile }: IdentityVariables): X509Certificate {
  let certificates: X509Certificate[]
  try {
    certificates = certificatesIn(pem)
  } catch {
    throw new KesIdentityError(`${certFile} holds a certificate that can’t be read: replace it.`)
  }
  const [leaf, second] = certificates.filter(({ ca }) => !ca)
  if (second) {
    throw new KesIdentityError(
      `${certFile} holds more than one client certificate, which KES refuses: keep one and its chain.`,
    )
  }
  if (leaf) return leaf
  if (certificates.length === 0) {
    throw new KesIdentityError(`${certFile} holds no certificate in PEM form: give the client certificate.`)
  }
  throw new KesIdentityError(
    `The certificate in ${certFile} is marked CA:TRUE, which KES skips: make it with basicConstraints CA:FALSE.`,
  )
}
