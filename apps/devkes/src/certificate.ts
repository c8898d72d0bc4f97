import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { bits, type Der, element, integer, octets, oid, pem, sequence, set, TRUE, text, time } from './der.ts'

export type CertificateAndKey = { certPem: string; keyPem: string }

const DAY_MS = 86_400_000
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/**
 * Makes a self-signed ECDSA P-256 server certificate with its key. It is its own trust anchor: clients
 * name this very certificate as their CA file. CA:FALSE, as `kes identity new` makes them, so it can vouch for
 * nothing but itself.
 *
 * @param days validity from yesterday on; 3650 by default
 * @throws RangeError when no name is given or an address is not an IP literal: KES refuses certificates without SAN
 */
export function serverCertificate(names: { ips: string[]; dns: string[]; days?: number }): CertificateAndKey {
  const { ips, dns, days = 3650 } = names
  if (ips.length + dns.length === 0)
    throw new RangeError('a server certificate needs at least one IP address or DNS name')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const alternativeNames = sequence(
    ...dns.map((name) => element(0x82, Buffer.from(name, 'latin1'))),
    ...ips.map((ip) => element(0x87, addressBytes(ip))),
  )
  const extensions = [extendedKeyUsage(SERVER_AUTH), extension('2.5.29.17', alternativeNames)]
  return selfSigned(privateKey, dns[0] ?? ips[0] ?? '', days, extensions)
}

/** Wraps an Ed25519 key in the certificate KES clients present: only the key in it matters to KES. Validity is 90 days. */
export function clientCertificate(privateKey: KeyObject, commonName: string): CertificateAndKey {
  return selfSigned(privateKey, commonName, 90, [extendedKeyUsage(CLIENT_AUTH)])
}

function selfSigned(privateKey: KeyObject, commonName: string, days: number, extensions: Der[]): CertificateAndKey {
  const ed25519 = privateKey.asymmetricKeyType === 'ed25519'
  const algorithm = sequence(oid(ed25519 ? '1.3.101.112' : '1.2.840.10045.4.3.2')) // Ed25519, ecdsa-with-SHA256
  const name = sequence(set(sequence(oid('2.5.4.3'), text(commonName))))
  const now = Date.now()
  const digitalSignature = extension('2.5.29.15', bits(Buffer.of(0x80), 7), 'critical')
  const notAnAuthority = extension('2.5.29.19', sequence(), 'critical')
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.of(2))), // version 3
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + days * DAY_MS))),
    name,
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    element(0xa3, sequence(digitalSignature, notAnAuthority, ...extensions)),
  )
  const signature = sign(ed25519 ? null : 'sha256', toBeSigned, privateKey)
  return {
    certPem: pem('CERTIFICATE', sequence(toBeSigned, algorithm, bits(signature))),
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

const extendedKeyUsage = (purpose: string) => extension('2.5.29.37', sequence(oid(purpose)))

const extension = (id: string, value: Der, critical?: 'critical') =>
  sequence(oid(id), ...(critical ? [TRUE] : []), octets(value))

/** 128 bits; the top bits are fixed so that the DER integer is positive and never shortens. */
function serialNumber(): Buffer {
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  return serial
}

function addressBytes(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number))
  if (!isIPv6(ip) || ip.includes('%')) throw new RangeError(`'${ip}' is not an IP address`)
  // URL writes an IPv6 address in its shortest hexadecimal form, also one that ends in dotted decimals.
  const [head = '', tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const gap = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(gap).fill('0'), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
