import type { X509Certificate } from 'node:crypto'
import type { checkCertificate, KesRole } from '@strongroom/shared/kms'
import type * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { certificateState, certificatesIn, spkiHex } from '../kes/certificate.ts'

type Checked = z.output<(typeof checkCertificate)['reply']>

/** Who has which identity now; null: not known here. */
export type KnownIdentities = readonly { readonly role: KesRole | 'minio'; readonly identity: string | null }[]

/**
 * What KES would make of a client certificate: only its key and that it is no CA count, unless `tls.auth` is on.
 *
 * @throws AppError `invalid-input`, in words that repeat nothing of what was given
 */
export function checkKesCertificate(pem: string, known: KnownIdentities, now = Date.now()): Checked {
  if (/PRIVATE KEY/i.test(pem)) {
    throw refused(
      'That holds a private key. Nothing of it was kept or logged; still, count it as seen by this browser. Give the certificate alone.',
    )
  }
  const certificates = read(pem)
  const leaves = certificates.filter(({ ca }) => !ca)
  const certificate = leaves[0] ?? certificates[0]!
  const identity = spkiHex(certificate.publicKey)
  return {
    identity,
    sameAs: known.filter((other) => other.identity === identity).map(({ role }) => role),
    certificate: certificateState(certificate, now),
    troubles: [...shapeTroubles(leaves.length), ...trustTroubles(certificate, now)],
  }
}

function read(pem: string): X509Certificate[] {
  let certificates: X509Certificate[]
  try {
    certificates = certificatesIn(pem)
  } catch {
    throw refused('It holds a certificate that can’t be read: give it as the authority or openssl wrote it.')
  }
  if (certificates.length > 0) return certificates
  throw refused('It holds no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----.')
}

const refused = (detail: string) => new AppError('invalid-input', detail, { fields: [{ pointer: '/pem', detail }] })

function shapeTroubles(leaves: number): string[] {
  if (leaves === 0) {
    return [
      'It is marked CA:TRUE, so KES skips it and answers as if there were no certificate: make it with basicConstraints CA:FALSE.',
    ]
  }
  return leaves > 1
    ? [
        `It holds ${leaves} client certificates, and KES refuses more than one: keep one and its chain. The first was looked at.`,
      ]
    : []
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const UNLESS = 'KES takes it all the same unless its tls.auth is on.'

function trustTroubles({ validFrom, validTo, keyUsage }: X509Certificate, now: number): string[] {
  const troubles: string[] = []
  if (Date.parse(validTo) <= now) troubles.push(`It has expired. ${UNLESS}`)
  if (Date.parse(validFrom) > now) troubles.push(`It is not valid yet. ${UNLESS}`)
  // Node calls the extended key usage so; it is undefined where the certificate has none.
  if (keyUsage !== undefined && !keyUsage.includes(CLIENT_AUTH) && !keyUsage.includes(ANY_USE)) {
    troubles.push(`Its extended key usage does not say client authentication. ${UNLESS}`)
  }
  return troubles
}

const ANY_USE = '2.5.29.37.0'
