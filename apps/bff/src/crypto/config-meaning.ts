import { parseJsonObject } from './canonical-json.ts'
import { FormatError } from './failures.ts'
import { isMap, type Unpacked } from './message-pack.ts'

/**
 * Settings that old servers stored and today's server knows no more: it drops them when it saves. They have had no effect
 * since: the KMS is set by the environment alone, and replication workers by `replication_priority`.
 */
const retired = /^(kms_kes|kms_vault):|^api:_:replication_(failed_)?workers$/

/**
 * The settings in `config.json`, by `subsystem:target:key`. The file is `{subsystem: {target: [{key, value}] | null}}`;
 * an empty value is the same as none.
 */
export function configMeaning(plaintext: Uint8Array): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const [subsystem, targets] of maps(parseJsonObject(plaintext, 'the server configuration'))) {
    for (const [target, list] of Object.entries(targets)) {
      for (const { key, value } of pairs(list)) if (value !== '') settings.set(`${subsystem}:${target}:${key}`, value)
    }
  }
  return settings
}

/**
 * The names of the settings that a rewrite lost or changed, as `notify_webhook:acme:endpoint`: none, when it is as it
 * was. New ones are no difference: a newer server writes its own defaults down.
 *
 * @throws FormatError where one of the two is no server configuration
 */
export function configMeaningKept(before: Uint8Array, after: Uint8Array): string[] {
  const kept = configMeaning(after)
  return [...configMeaning(before)]
    .filter(([name, value]) => kept.get(name) !== value && !(retired.test(name) && !kept.has(name)))
    .map(([name]) => name)
}

function maps(config: Unpacked): [string, Unpacked][] {
  return Object.entries(config).map(([name, targets]) => {
    if (!isMap(targets)) throw new FormatError('the server configuration holds a subsystem of a form that is not known')
    return [name, targets]
  })
}

function pairs(list: unknown): { key: string; value: string }[] {
  const known = list ?? []
  if (Array.isArray(known) && known.every(isPair)) return known
  throw new FormatError('the server configuration holds settings of a form that is not known')
}

const isPair = (value: unknown): value is { key: string; value: string } =>
  isMap(value) && typeof value.key === 'string' && typeof value.value === 'string'
