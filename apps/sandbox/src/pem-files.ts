import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientIdentity } from '@strongroom/devkes/api-key'
import { serverCertificate } from '@strongroom/devkes/certificate'

const RENEW_BEFORE_MS = 7 * 24 * 3_600_000

/** Paths of a certificate and its key. */
export interface PemFiles {
  readonly cert: string
  readonly key: string
}

/** A self-signed pair for the loopback; that of an earlier start while it is valid for another week. */
export function loopbackCertificate(dir: string, name: string): PemFiles {
  const files = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) }
  if (validFor(files.cert) <= RENEW_BEFORE_MS) {
    write(files, serverCertificate({ ips: ['127.0.0.1'], dns: ['localhost'] }))
  }
  return files
}

/** A client of KES. The key, and with it the identity, is kept from an earlier start; the certificate is renewed. */
export function clientFiles(dir: string, name: string): PemFiles & { readonly identity: string } {
  const files = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) }
  const client = clientIdentity(existsSync(files.key) ? seedOf(files.key) : undefined)
  if (validFor(files.cert) <= RENEW_BEFORE_MS) write(files, client)
  return { ...files, identity: client.identity }
}

/** The last 32 bytes of an Ed25519 key in PKCS#8 are its seed. */
const seedOf = (file: string) =>
  new Uint8Array(createPrivateKey(readFileSync(file)).export({ format: 'der', type: 'pkcs8' }).subarray(-32))

function validFor(cert: string): number {
  if (!existsSync(cert)) return 0
  return Date.parse(new X509Certificate(readFileSync(cert)).validTo) - Date.now()
}

function write(files: PemFiles, { certPem, keyPem }: { certPem: string; keyPem: string }) {
  writeFileSync(files.key, keyPem, { mode: 0o600 })
  writeFileSync(files.cert, certPem)
}
