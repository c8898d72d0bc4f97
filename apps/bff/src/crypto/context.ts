import { compareBytes, fromText } from './bytes.ts'

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * The bytes that MinIO binds to a data key: JSON without spaces, keys sorted byte by byte, escaped as Go does it. Where
 * `JSON.stringify` differs: `<`, `>`, `&`, U+2028 and U+2029 are `\uXXXX`, and so are `\b` and `\f`.
 * Source: minio internal/kms Context.MarshalText.
 */
export function canonicalContext(entries: Readonly<Record<string, string>>): Uint8Array {
  const sorted = Object.entries(entries)
    .map(([name, value]) => ({ name: fromText(name), text: `${quote(name)}:${quote(value)}` }))
    .sort((a, b) => compareBytes(a.name, b.name))
  return fromText(`{${sorted.map(({ text }) => text).join(',')}}`)
}

/**
 * The context of an item of the cluster's own data: the volume names the path of the item, volume included.
 *
 * @param pathBelowSystemVolume as `config/iam/users/alice/identity.json`
 * @param volume `.kypello.sys` on Kypello
 */
export const itemContext = (pathBelowSystemVolume: string, volume = '.minio.sys'): Uint8Array =>
  canonicalContext({ [volume]: `${volume}/${pathBelowSystemVolume}` })

/** The path that binds the tier configuration, in its context and in its object key (see object-key.ts). */
export const tierConfigPath = (volume = '.minio.sys'): string => `${volume}/config/tier-config.bin`

/** The context of the remote targets in a bucket's metadata. No volume is in it: it is the same on Kypello. */
export const bucketTargetsContext = (bucket: string): Uint8Array =>
  canonicalContext({ [bucket]: bucket, 'bucket-targets.json': 'bucket-targets.json' })

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is escaped
  const escaped = text.replace(/["\\<>&\u0000-\u001f\u2028\u2029]/g, (char) => {
    return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}
