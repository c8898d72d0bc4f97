import { createHash, X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { AppError } from '../errors.ts'

const TIMEOUT_MS = 5_000

/**
 * A drill against the KES that the cluster runs on would prove nothing of a backup. Told by address, by what the names
 * resolve to, and by the key of the server's certificate, which a proxy or another name for it does not change.
 *
 * @throws AppError `conflict`
 */
export async function requireOtherKes(restored: readonly URL[], running: readonly URL[]): Promise<void> {
  const [theirs, ours] = await Promise.all([restored, running].map((urls) => Promise.all(urls.map(facesOf))))
  for (const [at, their] of theirs!.entries()) {
    const url = restored[at]!
    if (ours!.some(({ addresses }) => addresses.some((address) => their.addresses.includes(address))))
      throw new AppError('conflict', `${url.host} is the KES that this cluster runs on: ${PROVES_NOTHING}`)
    if (their.certificateKey !== null && ours!.some(({ certificateKey }) => certificateKey === their.certificateKey))
      throw new AppError(
        'conflict',
        `${url.host} shows a server certificate with the same key as the KES that this cluster runs on. If it is that one, ${PROVES_NOTHING} If it is another, give the restored KES a certificate of its own.`,
      )
  }
}

const PROVES_NOTHING = 'a drill there would prove nothing. Restore the backup to a KES of its own.'

interface Faces {
  /** `address:port` of all that the name stands for. */
  readonly addresses: readonly string[]
  /** Hex SHA-256 of the public key; null where it could not be seen. */
  readonly certificateKey: string | null
}

async function facesOf(url: URL): Promise<Faces> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port || '443'
  const [found, certificateKey] = await Promise.all([
    lookup(host, { all: true }).catch(() => []),
    certificateKeyAt(host, Number(port)),
  ])
  return {
    addresses: [host.toLowerCase(), ...found.map(({ address }) => address)].map((each) => `${each}:${port}`),
    certificateKey,
  }
}

/** Nothing is sent over this connection, so whom it trusts does not matter: the certificate is only looked at. */
function certificateKeyAt(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) })
    const end = (key: string | null) => {
      socket.destroy()
      resolve(key)
    }
    socket.setTimeout(TIMEOUT_MS, () => end(null))
    socket.once('error', () => end(null))
    socket.once('secureConnect', () => end(keyOf(socket.getPeerCertificate().raw)))
  })
}

function keyOf(certificate: Buffer | undefined): string | null {
  if (certificate === undefined) return null
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('hex')
}
