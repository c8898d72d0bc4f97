import { parseCommand, USAGE } from './arguments.ts'
import { type Demo, type Ready, startDemo } from './demo.ts'

/** `npm run demo`: progress goes to stderr, the result to stdout; stays until it is told to stop. Sets the exit code. */
export async function runDemo(args: readonly string[]): Promise<void> {
  const stop = new AbortController()
  // Ctrl-C reaches us twice, from the terminal and through npm: the first one counts.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const awake = setInterval(() => orphaned() && stop.abort(), 500) // Keeps us here also when every server has died.
  try {
    const command = parseCommand(args, process.env.INIT_CWD ?? process.cwd())
    if (command.help) return void process.stdout.write(USAGE)
    const demo = await startDemo(command, { report, signal: stop.signal })
    process.stdout.write(command.json ? `${JSON.stringify(demo.ready)}\n` : greeting(demo.ready))
    await untilStopped(demo, stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return
    report(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  } finally {
    clearInterval(awake)
  }
}

/** A signal to npm alone ends the shell that it put between us, and never comes through: then our parent is another. */
const parent = process.ppid
const orphaned = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== parent

async function untilStopped(demo: Demo, signal: AbortSignal) {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  report('Stopping …')
  await demo.stop()
}

const report = (line: string) => void process.stderr.write(`${line}\n`)

const greeting = ({ url, accessKey, secretKey, kes, dir }: Ready) => `
  Strongroom is at  ${url}

  Access key        ${accessKey}
  Secret key        ${secretKey}

  KES               ${kes.kind === 'real' ? 'the real one that was found here' : 'the development KES: for trying and testing only'}
  Kept in           ${dir}
  Stop              Ctrl-C
  Start over        npm run demo -- --reset

`
