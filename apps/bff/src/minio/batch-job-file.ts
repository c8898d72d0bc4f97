import type { Secret } from '../secret.ts'

export interface Replication {
  readonly bucket: string
  readonly prefix: string
  readonly target: string
  /** Where MinIO's nodes reach the cluster of the target: its own address, for a bucket beside the source. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: Secret<string>
}

/** How often MinIO goes through a bucket until all of it is copied. It says "failed" after each of them. */
export const REPLICATION_ATTEMPTS = 1

/**
 * Copies every version into another bucket. Archives of many small objects (`snowball`, on by default) are switched off:
 * MinIO counts all objects of an archive as copied, those too that it could not read, or that the target refused.
 */
export const replicationJob = ({ bucket, prefix, target, endpoint, accessKey, secretKey }: Replication): string =>
  secretKey.expose((secret) =>
    yamlOf({
      replicate: {
        apiVersion: 'v1',
        source: { type: 'minio', bucket, prefix, snowball: { disable: true } },
        target: {
          ...{ type: 'minio', bucket: target, endpoint, path: 'on' },
          credentials: { accessKey, secretKey: secret },
        },
        flags: { retry: { attempts: REPLICATION_ATTEMPTS } },
      },
    }),
  )

export interface KeyRotation {
  readonly bucket: string
  readonly prefix: string
  readonly mode: 'sse-s3' | 'sse-kms'
  /** Of `sse-kms`. */
  readonly key?: string | undefined
}

/** Seals the data keys of encrypted objects anew, in place. */
export const keyRotationJob = ({ bucket, prefix, mode, key = '' }: KeyRotation): string =>
  yamlOf({ keyrotate: { apiVersion: 'v1', bucket, prefix, encryption: { type: mode, key } } })

type Yaml = string | number | boolean | { readonly [name: string]: Yaml }

/**
 * JSON, which is YAML too: each text stands in double quotes, so nothing in it can end it or be read as syntax. What YAML
 * takes for a line break or refuses to read (U+0085, U+2028 …) is escaped; code points above U+FFFF have an escape of their
 * own in YAML, and JSON's pair of halves is none.
 */
const yamlOf = (value: Yaml): string =>
  JSON.stringify(value).replace(/[\u007f-\u{10ffff}]/gu, (character) => {
    const point = character.codePointAt(0)!
    return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`
  })

const hex = (point: number, digits: number) => point.toString(16).padStart(digits, '0')

const SECRET = /secret|token|passw|credential|authorization|private/i
const REDACTED = '**REDACTED**'

/**
 * A description as MinIO words it, without the values of every member that is called like a secret, and without names and
 * passwords in URLs: MinIO itself leaves out the secret key of the target, and shows that of a source and the tokens of
 * notifications.
 */
export function withoutSecrets(description: string): string {
  const kept: string[] = []
  let hidden: number | null = null
  for (const line of description.split('\n')) {
    const indent = line.length - line.trimStart().length
    // The lines of a text of several lines are indented deeper than the name before it.
    if (hidden !== null && (indent > hidden || line.trim() === '')) continue
    hidden = null
    const member = /^(\s*(?:- )*)("?)([\w-]+)\2:(?:\s+(.+))?$/.exec(line)
    const [, lead = '', , name = '', value] = member ?? []
    if (member !== null && value !== undefined && SECRET.test(name)) {
      if (/^(""|'')$/.test(value)) {
        kept.push(line)
        continue
      }
      kept.push(`${lead}${name}: '${REDACTED}'`)
      hidden = lead.length
    } else kept.push(line.replace(/(\w+:\/\/)[^\s/@"']*@/g, `$1${REDACTED}@`))
  }
  return kept.join('\n')
}

/** The access key that a replication writes to its target with. */
export const accessKeyIn = (description: string): string | null =>
  /^ +accessKey: "?([\w-]+)"?$/m.exec(description)?.[1] ?? null
