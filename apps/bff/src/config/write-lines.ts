import { type EnvLine, readEnvLine } from './env-file.ts'

/**
 * The text of an env file after a move from a static key to KES: the variables of `set` are replaced where they stand
 * or added at the end, and every other line stays as it is, byte for byte.
 *
 * `MINIO_KMS_SECRET_KEY=` is kept as an *empty* line and `MINIO_KMS_SECRET_KEY_FILE` is emptied: a process that is
 * restarted through the admin API keeps its old environment, so a variable that vanished from the file is still set,
 * and MinIO refuses to start with a static key and KES together.
 */
export function planLines(current: string, set: Readonly<Record<string, string>>): string {
  const wanted = new Map([...Object.entries(set), ['MINIO_KMS_SECRET_KEY', ''] as const])
  const missing = new Set(wanted.keys())
  const eol = current.includes('\r\n') ? '\r\n' : '\n'

  const lines = current.split('\n').map((line) => {
    const read = readEnvLine(line)
    if (!isVariable(read)) return line
    const value = read.name === 'MINIO_KMS_SECRET_KEY_FILE' ? '' : wanted.get(read.name)
    if (value === undefined) return line
    missing.delete(read.name)
    return `${read.head}${written(value)}${line.endsWith('\r') ? '\r' : ''}`
  })

  const text = lines.join('\n')
  if (missing.size === 0) return text
  const start = text === '' || text.endsWith('\n') ? text : `${text}${eol}`
  return start + [...missing].map((name) => `${name}=${written(wanted.get(name)!)}${eol}`).join('')
}

const isVariable = (read: EnvLine | null | 'malformed'): read is EnvLine => read !== null && read !== 'malformed'

/** `value` as it must stand in the file so that MinIO reads exactly it: in quotes only where it would lose something. */
function written(value: string): string {
  if (/[\r\n\0]/.test(value)) throw new RangeError('a value with a line break does not fit in an env file')
  const isChanged = /^\p{White_Space}|\p{White_Space}$/u.test(value) || /^(["']).*\1$/s.test(value)
  return isChanged ? `"${value}"` : value
}
