import { createHmac, randomBytes } from 'node:crypto'
import type { ItemKind } from '@strongroom/shared/iam'
import { itemMeaning } from '../../crypto/canonical-item.ts'
import { canonicalJson, parseJsonObject } from '../../crypto/canonical-json.ts'
import { configMeaningKept } from '../../crypto/config-meaning.ts'
import { isMap, type Unpacked } from '../../crypto/message-pack.ts'

/**
 * What an item says, so that two readings can be compared by name of what differs, and nothing of it be told: each value
 * is a MAC under a key that is drawn for one run and goes with it. That is why it may be kept over a pause, when the
 * content may not.
 */
export interface ItemDigest {
  readonly kind: ItemKind
  /** `credentials.secretKey`, with the MAC of its value; of the server's configuration the whole with each value a MAC. */
  readonly values: Unpacked
}

/** Makes digests that are comparable among themselves. */
export class Digester {
  readonly #key = randomBytes(32)

  /** @throws FormatError where the content is not of its kind */
  of(kind: ItemKind, content: Uint8Array): ItemDigest {
    if (kind === 'server-config') return { kind, values: this.#configuration(content) }
    const meaning: unknown = JSON.parse(itemMeaning(kind, content))
    return { kind, values: Object.fromEntries(this.#leaves('', meaning)) }
  }

  *#leaves(name: string, value: unknown): Generator<[string, string]> {
    if (!isMap(value)) return yield [name, this.#mac(canonicalJson(value))]
    for (const [member, each] of Object.entries(value)) yield* this.#leaves(name ? `${name}.${member}` : member, each)
  }

  #configuration(content: Uint8Array): Unpacked {
    const hidden = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(hidden)
      if (!isMap(value)) return value
      const { value: setting, ...rest } = value
      if (typeof value.key === 'string' && typeof setting === 'string')
        return { ...rest, value: setting === '' ? '' : this.#mac(setting) }
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, hidden(each)]))
    }
    return hidden(parseJsonObject(content, 'the server configuration')) as Unpacked
  }

  #mac = (text: string) => createHmac('sha256', this.#key).update(text).digest('base64')
}

/** Names of what differs, never values; of a configuration what was lost or changed, since new settings are its defaults. */
export function differing(before: ItemDigest, after: ItemDigest): string[] {
  if (before.kind === 'server-config') return configMeaningKept(asJson(before.values), asJson(after.values))
  const names = new Set([...Object.keys(before.values), ...Object.keys(after.values)])
  return [...names].filter((name) => before.values[name] !== after.values[name]).sort()
}

const asJson = (value: Unpacked) => new TextEncoder().encode(JSON.stringify(value))
