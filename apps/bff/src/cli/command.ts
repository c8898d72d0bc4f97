import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Where a command writes: what was asked for to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

export interface Command {
  /** What `--help` prints. */
  readonly help: string
  /** The exit code when it could not do its work. */
  readonly failed: number
  /** @returns the exit code. @throws UsageError, CommandError, ConfigError, AppError */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}

/** A command line that can't be understood: exit code 64, sysexits' EX_USAGE. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command that could not do its work: one sentence with the cure. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Node's own messages repeat arguments, which may be a secret in the wrong place; these name options alone. */
export function readArgs<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const option = /'(--?[\w-]+)/.exec(message)?.[1] ?? 'An option'
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(`There is no option ${option}.`)
    throw new UsageError(`${option} lacks its value, or has one that it does not take.`)
  }
}
