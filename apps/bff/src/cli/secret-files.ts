import { readFileSync } from 'node:fs'
import type { Variables } from '../config/minio-env.ts'
import { type RootCredentials, readRootCredentials } from '../config/root-credentials.ts'
import { Secret } from '../secret.ts'
import { CommandError } from './command.ts'

/** The text of a file that an option names. @throws CommandError */
export function readTextFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new CommandError(
      `${option} names ${path}, which can't be read (${code}): correct the path, or make it readable for you.`,
      { cause },
    )
  }
}

/** Root credentials to try, and where they come from in words. */
export interface Candidate extends RootCredentials {
  /** `the env file`, `line 2 of the root credentials` */
  readonly source: string
}

/** One `user:password` in each line; empty lines and those that begin with # are passed over. @throws CommandError */
export function readCandidates(option: string, path: string): Candidate[] {
  return readTextFile(option, path)
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === '' || line.startsWith('#')) return []
      const at = line.indexOf(':')
      if (at < 1) throw new CommandError(`Line ${index + 1} of ${path} is no user:password.`)
      const password = new Secret(line.slice(at + 1))
      return [{ user: line.slice(0, at), password, source: `line ${index + 1} of ${path}` }]
    })
}

export function envFileCandidate(variables: Variables, path: string): Candidate[] {
  const found = readRootCredentials(variables)
  return found === null ? [] : [{ ...found, source: path }]
}

/** A passphrase: the first line of a file. @throws CommandError */
export function readPassphrase(option: string, path: string): Secret<string> {
  const passphrase = readTextFile(option, path).split(/\r?\n/, 1)[0] ?? ''
  if (passphrase === '') throw new CommandError(`The first line of ${path} is empty: write the passphrase there.`)
  return new Secret(passphrase)
}

/** The `AGE-SECRET-KEY-1…` lines of an identity file as age-keygen writes it. @throws CommandError */
export function readIdentities(option: string, path: string): Secret<string>[] {
  const lines = readTextFile(option, path).split(/\r?\n/)
  const identities = lines.map((line) => line.trim()).filter((line) => /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/.test(line))
  if (identities.length > 0) return identities.map((identity) => new Secret(identity))
  throw new CommandError(`${path} holds no age identity: a line that begins with AGE-SECRET-KEY-1 is wanted.`)
}
