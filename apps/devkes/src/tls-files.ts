import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates, type SecureContextOptions } from 'node:tls'
import type { Config } from './config.ts'
import { pemBlocks } from './pem.ts'

/**
 * Reads what the TLS server needs. `ca` is set only when clients' certificates are to be verified.
 *
 * @throws Error in KES's words for missing files, a key of another certificate, a password, or a certificate without SAN
 */
export async function readTlsFiles(settings: Config['tls']): Promise<SecureContextOptions> {
  const { keyFile, certFile, password, caFile, verify } = settings
  const refuse = (reason: string) => new Error(`failed to read TLS certificate: ${reason}`)
  const [certText, keyText] = [await readPem(certFile), await readPem(keyFile)]
  let pair: { cert: string; key: string }
  try {
    pair = { cert: certificatesIn(certText), key: privateKeyIn(keyText, password) }
    checkPair(pair, password)
  } catch (error) {
    throw refuse((error as Error).message)
  }
  if (!new X509Certificate(pair.cert).subjectAltName) {
    throw new Error('invalid TLS certificate: certificate does not contain any DNS or IP address as SAN')
  }
  const ca = caFile === '' ? [] : await readAuthorities(caFile)
  return {
    ...pair,
    minVersion: 'TLSv1.2',
    ...(password !== '' && { passphrase: password }),
    ...(verify && { ca: [...rootCertificates, ...ca] }),
  }
}

function certificatesIn(text: string): string {
  const blocks = pemBlocks(text)
  if (blocks.some(({ label }) => label !== 'CERTIFICATE')) throw new Error('https: unsupported PEM data block')
  if (blocks.length === 0) throw new Error('tls: failed to find any PEM data in certificate input')
  for (const { text } of blocks) if (!isCertificate(text)) throw new Error('x509: malformed certificate')
  return blocks.map(({ text }) => text).join('\n')
}

function privateKeyIn(text: string, password: string): string {
  const block = pemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'))
  if (!block) throw new Error('https: no PEM-encoded private key found')
  // Only the old form of encryption is known to KES; that of PKCS#8 can't be parsed.
  if (block.label === 'ENCRYPTED PRIVATE KEY') throw new Error('tls: failed to parse private key')
  const encrypted = /^Proc-Type: 4,ENCRYPTED/m.test(block.text)
  if (encrypted && password === '') throw new Error('https: private key is encrypted: password required')
  try {
    createPrivateKey({ key: block.text, passphrase: password })
  } catch (cause) {
    throw new Error(encrypted ? 'x509: decryption password incorrect' : 'tls: failed to parse private key', { cause })
  }
  return block.text
}

function checkPair({ cert, key }: { cert: string; key: string }, password: string): void {
  const certificate = new X509Certificate(cert)
  const privateKey = createPrivateKey({ key, passphrase: password })
  if (certificate.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) {
    throw new Error('tls: private key type does not match public key type')
  }
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('tls: private key does not match public key')
}

const readPem = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const act = error.code === 'EISDIR' ? 'read' : 'open'
    throw new Error(`failed to read TLS certificate: ${act} ${path}: ${reasonOf(error)}`)
  })

/** A file, or a directory whose files are all read. */
async function readAuthorities(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await readAuthority(path)]
    const entries = await readdir(path, { withFileTypes: true })
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => join(path, name))
    return await Promise.all(files.map(readAuthority))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === undefined ? (error as Error).message : `stat ${path}: ${reasonOf(error as Error)}`
    throw new Error(`failed to read TLS CA certificates: ${reason}`)
  }
}

async function readAuthority(path: string): Promise<string> {
  const blocks = pemBlocks(await readFile(path, 'utf8'))
  if (blocks.some(({ label }) => label !== 'CERTIFICATE')) throw new Error('https: unsupported PEM data block')
  if (!blocks.some(({ text }) => isCertificate(text))) {
    throw new Error(`https: failed to add '${path}' as CA certificate`)
  }
  return blocks.map(({ text }) => text).join('\n')
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

const REASONS: Record<string, string> = { ENOENT: 'no such file or directory', EISDIR: 'is a directory' }
const reasonOf = ({ code, message }: NodeJS.ErrnoException) => REASONS[code ?? ''] ?? message
