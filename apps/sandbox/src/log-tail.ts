import { readFileSync } from 'node:fs'

/** The last `lines` lines of a log, with every value of `secrets` blotted out. Empty when there is no log. */
export function logTail(file: string, { lines = 8, secrets = [] as readonly string[] } = {}): string {
  const text = readLog(file)
  const tail = text.trimEnd().split('\n').slice(-lines).join('\n')
  return secrets
    .filter((secret) => secret.length > 3)
    .reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), tail)
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** The values of an environment that must not be shown, by the names that MinIO gives them. */
export const secretValues = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env)
    .filter(([name]) => /PASSWORD|SECRET|MASTER_KEY|API_KEY|TOKEN/.test(name))
    .flatMap(([, value]) => [value, value.split(':').at(-1)!])
