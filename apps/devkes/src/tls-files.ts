import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Config } from './config.ts'

/**
 * Reads what the TLS server needs. `ca` is set only when clients' certificates are to be verified.
 *
 * @throws Error in KES's words for missing files, a key of another certificate, a password, or a certificate without SAN
 */
export async function readTlsFiles({ keyFile, certFile, password, caFile, verify }: Config['tls']) {
  const cert = await readPem(certFile)
  const key = await readPem(keyFile)
  checkPair(cert, key, password)
  if (!new X509Certificate(cert).subjectAltName) {
    throw new Error('invalid TLS certificate: certificate does not contain any DNS or IP address as SAN')
  }
  const ca = caFile === '' ? [] : await readAuthorities(caFile)
  return {
    cert,
    key,
    ...(password !== '' && { passphrase: password }),
    ...(verify && { ca: [...rootCertificates, ...ca] }),
  }
}

function checkPair(cert: string, key: string, password: string): void {
  const refuse = (reason: string, cause?: unknown) => new Error(`failed to read TLS certificate: ${reason}`, { cause })
  if (password === '' && /^(Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED)/m.test(key)) {
    throw refuse('https: private key is encrypted: password required')
  }
  let certificate: X509Certificate
  let privateKey: ReturnType<typeof createPrivateKey>
  try {
    certificate = new X509Certificate(cert)
  } catch (cause) {
    throw refuse('tls: failed to find any PEM data in certificate input', cause)
  }
  try {
    privateKey = createPrivateKey({ key, ...(password !== '' && { passphrase: password }) })
  } catch (cause) {
    throw refuse(password === '' ? 'tls: failed to parse private key' : 'x509: decryption password incorrect', cause)
  }
  if (certificate.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) {
    throw refuse('tls: private key type does not match public key type')
  }
  if (!certificate.checkPrivateKey(privateKey)) throw refuse('tls: private key does not match public key')
}

const readPem = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`failed to read TLS certificate: open ${path}: ${reasonOf(error)}`)
  })

/** A file, or a directory whose files are all read. */
async function readAuthorities(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await readFile(path, 'utf8')]
    const names = await readdir(path)
    return await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')))
  } catch (error) {
    throw new Error(`failed to read TLS CA certificates: stat ${path}: ${reasonOf(error as NodeJS.ErrnoException)}`)
  }
}

const reasonOf = ({ code, message }: NodeJS.ErrnoException) =>
  code === 'ENOENT' ? 'no such file or directory' : message
