import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { bitString, DER, der, OID, positiveInteger, sequence, time } from './der.ts'

const HOUR_MS = 3_600_000
const LIFETIME_MS = 10 * 365 * 24 * HOUR_MS

/**
 * A self-signed client certificate for an Ed25519 key. KES looks at nothing in it but the key and that it is no CA, so
 * it is made anew at each start and outlives the process.
 *
 * @param commonName ASCII
 * @returns PEM
 */
export function selfSignedClientCertificate(privateKey: KeyObject, commonName: string, now = new Date()): string {
  const algorithm = sequence(OID.ed25519)
  const name = sequence(der(DER.set, sequence(OID.commonName, der(0x0c, Buffer.from(commonName)))))
  const critical = der(0x01, Buffer.of(0xff))
  const octets = (content: Buffer) => der(0x04, content)

  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // X.509 v3
    positiveInteger(randomBytes(16)),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - HOUR_MS)), time(new Date(now.getTime() + LIFETIME_MS))),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        sequence(OID.keyUsage, critical, octets(bitString(Buffer.of(0x80), 7))), // digitalSignature
        sequence(OID.extendedKeyUsage, octets(sequence(OID.clientAuth))),
        sequence(OID.basicConstraints, critical, octets(sequence())), // CA:FALSE
      ),
    ),
  )
  const certificate = sequence(toBeSigned, algorithm, bitString(sign(null, toBeSigned, privateKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
