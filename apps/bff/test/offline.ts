import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '@strongroom/sandbox/binaries'
import { IamAudit, IamItem } from '@strongroom/shared/iam'
import { build } from 'vite'
import * as z from 'zod/mini'

/** The command as it is shipped: run from its sources it would be measured with its compiler. */
const folder = join(root, '.sandbox', `offline-${process.pid}`)
let built: Promise<string> | undefined
const program = () => {
  built ??= build({
    configFile: join(root, 'apps/bff/vite.config.ts'),
    build: { outDir: folder, sourcemap: false },
    logLevel: 'error',
  }).then(() => join(folder, 'strongroom.js'))
  return built
}

/** To be called when the last audit has been made. */
export const removeBuilt = () => rmSync(folder, { recursive: true, force: true })

/** Loaded before the program: notes at its end how large it once was. */
const MEASURE = `data:text/javascript,${encodeURIComponent(
  "import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)))",
)}`
/** No input may hold the command up. */
const HANGS_MS = 120_000

const Report = z.object({ audit: IamAudit, items: z.array(IamItem) })

export interface OfflineAudit extends z.infer<typeof Report> {
  readonly code: number
  readonly stderr: string
  /** Largest resident size of the process. */
  readonly peakMb: number
}

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly peakMb: number
}

/** Runs `strongroom audit` in a process of its own. @throws Error when it hangs, is killed or says no JSON */
export async function auditOffline(pattern: string, ...more: readonly string[]): Promise<OfflineAudit> {
  const { code, signal, stdout, stderr, peakMb } = await runAudit(['--drives', pattern, '--json', ...more])
  if (code === null) throw new Error(`The command was ended by ${signal}. It said: ${stderr}`)
  try {
    return { code, stderr, peakMb, ...Report.parse(JSON.parse(stdout)) }
  } catch (cause) {
    throw new Error(`The command ended with ${code} and no report: ${stdout.slice(0, 500)} ${stderr}`, { cause })
  }
}

export async function runAudit(args: readonly string[]): Promise<Ended> {
  const dir = mkdtempSync(join(tmpdir(), 'strongroom-offline-'))
  const peak = join(dir, 'peak')
  const child = spawn(process.execPath, ['--import', MEASURE, await program(), 'audit', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: dir, PEAK_FILE: peak },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  try {
    const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    return { code, signal, ...output, peakMb: code === null ? 0 : Number(readFileSync(peak, 'utf8')) / 1024 }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
