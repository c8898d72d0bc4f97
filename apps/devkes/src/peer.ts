import { createHash, X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { noCertificate, severalCertificates } from './errors.ts'
import { identityOfCertificate } from './identity.ts'

/** A certificate does not change while a connection lasts. */
const known = new WeakMap<TLSSocket, string>()

/** Whether the client presented any certificate, an unusable one included. */
export const presentsCertificate = (socket: TLSSocket): boolean => socket.getPeerX509Certificate() !== undefined

/**
 * The identity of the one certificate that is not an authority's. Node shows the client's certificate and those that
 * issued it; a second, unrelated one that a client sends along stays unseen here, where KES would refuse it.
 *
 * @throws ApiError 400 when there is none, or there are several
 */
export function identityOfPeer(socket: TLSSocket): string {
  const cached = known.get(socket)
  if (cached !== undefined) return cached
  const leaves = chain(socket).filter((certificate) => !certificate.ca)
  const [leaf] = leaves
  if (!leaf) throw noCertificate()
  if (leaves.length > 1) throw severalCertificates()
  const identity = identityOfCertificate(leaf.raw)
  known.set(socket, identity)
  return identity
}

function chain(socket: TLSSocket): X509Certificate[] {
  const certificates = new Map<string, X509Certificate>()
  let current: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (current?.raw) {
    const fingerprint = createHash('sha256').update(current.raw).digest('hex')
    if (certificates.has(fingerprint)) break // a self-signed certificate is its own issuer
    certificates.set(fingerprint, new X509Certificate(current.raw))
    current = current.issuerCertificate
  }
  return [...certificates.values()]
}
