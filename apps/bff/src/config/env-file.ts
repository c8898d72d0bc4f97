import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'

/** Go's `strings.TrimSpace`: unlike `trim()` it leaves a byte order mark, and so does MinIO. */
const trim = (text: string) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '')

/** One line that sets a variable: `head` is what stands before the value, `export` and the name included. */
export interface EnvLine {
  readonly head: string
  readonly name: string
  readonly value: string
}

/**
 * One line in MinIO's own dialect: `export` in front is fine, only matching outer quotes are taken off, nothing is an
 * escape, and `#` is a comment only at the start of a line. `A = b` sets a variable named `A ` (with the space).
 *
 * @returns null for an empty line or a comment, `'malformed'` for a line without `=`, with which MinIO does not start
 */
export function readEnvLine(line: string): EnvLine | null | 'malformed' {
  const entry = trim(line)
  if (entry === '' || entry.startsWith('#')) return null
  const assignment = trim(entry.replace(/^export/, ''))
  const at = assignment.indexOf('=')
  if (at < 0) return 'malformed'
  const raw = assignment.slice(at + 1)
  const quoted = raw.length >= 2 && (raw[0] === '"' || raw[0] === "'") && raw.at(-1) === raw[0]
  return {
    head: line.slice(0, line.indexOf('=') + 1),
    name: assignment.slice(0, at),
    value: quoted ? raw.slice(1, -1) : raw,
  }
}

/**
 * The variables of an env file as MinIO would set them from `MINIO_CONFIG_ENV_FILE`; the last of equal names wins.
 * systemd and `docker --env-file` read some lines otherwise (escapes, literal quotes).
 *
 * @throws ConfigError naming the number of a malformed line, without its content
 */
export function parseEnvFile(text: string): Map<string, string> {
  const variables = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    const read = readEnvLine(line)
    if (read === 'malformed') {
      throw new ConfigError(
        `Line ${index + 1} of the env file has no "=": MinIO does not start with it. Write NAME=value, or begin the line with #.`,
      )
    }
    if (read) variables.set(whole(read.name), whole(read.value))
  }
  return variables
}

/**
 * A string of its own: V8 keeps a part of a longer string as a view of it, so that one value that is kept would keep the
 * whole file, and with it every secret in it.
 */
const whole = (part: string) => Buffer.from(part).toString('utf8')

const SIZE_LIMIT_BYTES = 1024 * 1024

/** The text of an env file. Read anew at each call: a move to KES rewrites it while the console runs. */
export function readEnvText(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ConfigError(`The env file ${path} can't be read (${code}): make it readable for the console's user.`, {
      cause,
    })
  }
  if (bytes.length > SIZE_LIMIT_BYTES) throw new ConfigError(`The env file ${path} is larger than 1 MiB: is it one?`)
  return bytes.toString('utf8')
}

/** {@link parseEnvFile} of the file at `path`, as it is now. */
export const readEnvFile = (path: string): Map<string, string> => parseEnvFile(readEnvText(path))
