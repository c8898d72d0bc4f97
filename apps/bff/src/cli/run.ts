import { ConfigError } from '../config/config-error.ts'
import { AppError } from '../errors.ts'
import { KesIdentityError } from '../kes/identity.ts'
import { VERSION } from '../version.ts'
import { audit } from './audit.ts'
import { backup } from './backup.ts'
import { type Command, CommandError, type Terminal, UsageError } from './command.ts'
import { drill } from './drill.ts'
import { escrow } from './escrow.ts'
import { printableLines } from './printable.ts'
import { roleSecret } from './role-secret.ts'
import { wrap } from './wrap.ts'

const HELP = `strongroom: the console's tools for the command line

Usage:
  strongroom audit --drives PATTERN …    read drives of a cluster that need not run, and say what seals its items
  strongroom backup open FILE …          open a sealed IAM backup
  strongroom backup restore FILE …       write a sealed IAM backup back into a cluster
  strongroom drill --endpoint URL …      have a KES restored from backup open what this cluster sealed
  strongroom wrap --public-key FILE …    wrap a key for its import, where it lies
  strongroom escrow open FILE …          open the sealed copy of a key that the console made
  strongroom role-secret --in FILE       bind an entry of the role file to one secret key
  strongroom --version

"strongroom COMMAND --help" says more. Secrets are read from files, never from the command line.
`

const commands: Readonly<Record<string, Command>> = {
  audit,
  backup,
  drill,
  escrow,
  'role-secret': roleSecret,
  wrap,
}

/** sysexits: EX_USAGE and EX_SOFTWARE. */
const USAGE = 64
const BROKEN = 70

/** Runs one command line and returns its exit code. */
export async function run([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  const say = (sentence: string) => terminal.err(`strongroom: ${printableLines(sentence)}\n`)
  if (name === '--help' || name === '-h' || name === 'help') return print(terminal, HELP)
  if (name === '--version') return print(terminal, `strongroom ${VERSION}\n`)
  const command = commands[name ?? '']
  if (command === undefined) {
    say(name === undefined ? 'Name a command.' : 'There is no such command.')
    terminal.err(`\n${HELP}`)
    return USAGE
  }
  if (args.includes('--help') || args.includes('-h')) return print(terminal, command.help)
  try {
    return await command.run(args, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message} See "strongroom ${name} --help".`)
      return USAGE
    }
    if (isTold(error)) {
      say(error instanceof AppError ? sentences(error) : error.message)
      return command.failed
    }
    say(`it failed on a fault of its own. ${error instanceof Error ? error.stack : error}`)
    return BROKEN
  }
}

const isTold = (error: unknown): error is Error =>
  [CommandError, ConfigError, KesIdentityError, AppError].some((kind) => error instanceof kind)

const sentences = ({ detail, fields }: AppError) => [detail, ...fields.map((field) => `${field.detail}.`)].join(' ')

function print({ out }: Terminal, text: string): number {
  out(text)
  return 0
}
