import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import type { CertificateState } from '@strongroom/shared/kms'

const DAY_MS = 24 * 3_600_000

/** The certificates of a PEM text, in its order. @throws Error for one that can't be read */
export const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (block) => new X509Certificate(block),
  )

/** Lower-case hex SHA-256 of the DER public key: how KES names whoever has it. */
export const spkiHex = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** What is to be known of a certificate before it ends. */
export function certificateState(certificate: X509Certificate, now = Date.now()): CertificateState {
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS)
  return {
    subject: certificate.subject?.replaceAll('\n', ', ') ?? '',
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    daysLeft,
    severity: severityOf(daysLeft),
  }
}

function severityOf(daysLeft: number): CertificateState['severity'] {
  if (daysLeft <= 1) return 'critical'
  if (daysLeft <= 7) return 'warning'
  return daysLeft <= 30 ? 'info' : null
}
