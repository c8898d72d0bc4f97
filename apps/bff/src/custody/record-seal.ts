import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '../config/config-error.ts'
import type { Secret } from '../secret.ts'

export const RECORDS_KEY = 'STRONGROOM_RECORDS_KEY'
const LEAST_CHARACTERS = 32
const PURPOSE = 'strongroom records v1'

/** A record that the console did not write, or not under this name. */
export interface RefusedRecord {
  /** Its folder in the state folder. */
  readonly kind: string
  /** Of its file, without the ending. */
  readonly name: string
  /** Whether it has a seal, which is then not this console's. One without may be of before there were seals. */
  readonly sealed: boolean
}

/** What a record is written with, and held against when it is read. */
export interface RecordGuard {
  /** What is written in place of `record`. */
  seal(name: string, record: object): object
  /** The record in what was read; undefined: the console did not write it. */
  open(name: string, written: unknown): unknown
}

/** Where nothing depends on who wrote a record. */
export const UNGUARDED: RecordGuard = { seal: (_, record) => record, open: (_, written) => written }

/**
 * Records that stand for "this was shown" or "this was waited for" carry an HMAC-SHA256 over kind, name and content, under a
 * secret that does not lie in the state folder: whoever may write there alone can neither make one nor move it to another
 * name. What such a person can still do is to remove one, and to put back an earlier one of the same name.
 */
export class RecordSeal {
  readonly #key: KeyObject | null
  readonly #onRefused: (record: RefusedRecord) => void
  /** Told once each. */
  readonly #refused = new Map<string, RefusedRecord>()

  /**
   * @param secret from outside the state folder; null: there is none, and records are taken as they lie there
   * @throws ConfigError for one that is too short
   */
  constructor(secret: Secret<string> | null, onRefused: (record: RefusedRecord) => void = () => undefined) {
    this.#key = secret?.expose(keyFrom) ?? null
    this.#onRefused = onRefused
  }

  /** For the records of one folder. */
  guard(kind: string): RecordGuard {
    const key = this.#key
    if (key === null) return UNGUARDED
    return {
      seal: (name, record) => {
        this.#refused.delete(`${kind}/${name}`)
        return { ...record, seal: sealOf(key, [kind, name, JSON.stringify(record)]) }
      },
      open: (name, written) => {
        if (typeof written !== 'object' || written === null) return undefined
        const { seal, ...record } = written as { seal?: unknown }
        if (typeof seal === 'string' && same(seal, sealOf(key, [kind, name, JSON.stringify(record)]))) {
          this.#refused.delete(`${kind}/${name}`)
          return record
        }
        this.#refuse({ kind, name, sealed: typeof seal === 'string' })
        return undefined
      },
    }
  }

  get refused(): readonly RefusedRecord[] {
    return [...this.#refused.values()]
  }

  #refuse(record: RefusedRecord) {
    const id = `${record.kind}/${record.name}`
    if (this.#refused.get(id)?.sealed === record.sealed) return
    this.#refused.set(id, record)
    this.#onRefused(record)
  }
}

/** Trimmed: what is read from a file lacks the last line feed, and the same PEM as an identity has it. */
function keyFrom(written: string): KeyObject {
  const text = written.trim()
  if (text.length < LEAST_CHARACTERS)
    throw new ConfigError(
      `${RECORDS_KEY} is shorter than ${LEAST_CHARACTERS} characters: make one with "openssl rand -base64 32".`,
    )
  return createSecretKey(Buffer.from(hkdfSync('sha256', text, '', PURPOSE, 32)))
}

/** Each part with its length before it, so that no two lists are one text. */
function sealOf(key: KeyObject, parts: readonly string[]): string {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part)
  return hmac.digest('hex')
}

const same = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
