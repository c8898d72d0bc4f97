import { readFile, rename, writeFile } from 'node:fs/promises'
import type { KeySource } from '@strongroom/shared/keys'
import type { Kms } from '@strongroom/shared/kms'
import { applyMove, type Move, readMove, restartCluster } from '@strongroom/shared/move'
import { requireHostView } from '../cluster/kes-locks.ts'
import { type EnvFacts, judgeMove } from '../cluster/move-to-kes.ts'
import { parseEnvFile } from '../config/env-file.ts'
import type { KesSettings } from '../config/kes-settings.ts'
import { safeToRestart } from '../config/safe-to-restart.ts'
import { expandEndpoints } from '../config/urls.ts'
import { planLines } from '../config/write-lines.ts'
import { type Console, driveSight, kesLocks, kmsNow, minioFor, requireDriveReading } from '../console.ts'
import { listSources, openSource } from '../custody/key-source.ts'
import { sameMaterial } from '../custody/same-material.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { atEndpoint } from '../kes/at-endpoint.ts'
import { describeKey, type KesKey } from '../kes/keys.ts'
import { restart } from '../minio/service.ts'

export function moveRoutes(router: Router, console: Console) {
  bind(router, readMove, async (_, c) => look(console, c))

  bind(router, applyMove, async (_, c) => {
    const { demoEnvFile } = console.config
    if (demoEnvFile === null) {
      throw new AppError(
        'not-allowed',
        'Strongroom refuses: it writes the env file in its demo alone. Put the lines into each node’s env file.',
      )
    }
    if (!c.var.caller.root)
      throw new AppError('not-allowed', 'Strongroom refuses: only the root user may change the env file of the demo.')
    const move = await look(console, c)
    if (move.lines === null || move.keyName === null) throw notProven(move)
    const current = await readFile(demoEnvFile, 'utf8')
    const fresh = `${demoEnvFile}.new`
    await writeFile(fresh, planLines(current, linesFor(console, move.keyName)), { mode: 0o600 })
    await rename(fresh, demoEnvFile)
    return look(console, c)
  })

  bind(router, restartCluster, async ({ confirm }, c) => {
    const move = await look(console, c)
    requireRestartable(console, move, confirm)
    const { minio, credentials } = minioFor(console, c)
    const stuck = (await restart(minio, credentials, { dryRun: true })).filter(({ error }) => error !== null)
    if (stuck.length > 0) {
      throw new AppError(
        'unsafe-now',
        `${stuck.length} nodes are not ready to restart: ${stuck.map(({ host }) => host).join(', ')}.`,
      )
    }
    console.log.info({ act: 'restart', account: c.var.caller.account, requestId: c.var.requestId }, 'restarting MinIO')
    await restart(minio, credentials, { dryRun: false })
    console.iam.forget()
    return null
  })
}

function requireRestartable({ config, audits }: Console, move: Move, confirm: string) {
  if (!config.allowRestart) {
    throw new AppError(
      'not-allowed',
      'Strongroom refuses: restarts are switched off. STRONGROOM_ALLOW_RESTART=1 switches them on.',
    )
  }
  if (confirm !== move.confirmWord) {
    throw new AppError('invalid-input', 'Check the marked fields.', {
      fields: [{ pointer: '/confirm', detail: `Type ${move.confirmWord}` }],
    })
  }
  if (!move.canRestart) throw notProven(move)
  const [policy] = audits.latest?.audit.unloadable ?? []
  if (policy !== undefined) {
    throw new AppError(
      'unsafe-now',
      `Strongroom refuses: with the policy ${policy} as it is, MinIO would not load its users at its next start. Remove it, read the drives again, then restart.`,
    )
  }
}

function notProven({ steps }: Move) {
  const open = steps.find(({ face }) => face !== 'holds')
  return new AppError(
    'unsafe-now',
    `Strongroom refuses: first, ${open?.title.toLowerCase() ?? 'the walk must hold'}. ${open?.detail ?? ''}`,
  )
}

/** The walk names key sources of the host; see {@link requireHostView}. */
async function look(console: Console, c: RequestContext): Promise<Move> {
  const { config } = console
  const locks = kesLocks(console, c)
  await requireHostView(locks, c.var.caller, () => requireDriveReading(console, c))
  const kms = await kmsNow(console, c)
  const source = await staticSource(console, kms)
  const keyName = kms.defaultKey ?? source?.keyName ?? null
  const [key, same] = await Promise.all([
    keyName === null ? null : keyInKes(console, keyName),
    source === null ? null : compare(console, source),
  ])
  const lines = keyName === null ? {} : linesFor(console, keyName)
  return judgeMove({
    kms,
    source,
    keyInKes: key && key !== 'missing',
    sameMaterial: same,
    // Who has replaced the key in KES since has made the proof worthless, and MinIO would not start on it.
    proven: key !== null && key !== 'missing' && console.proofs.provenAt(key) !== null,
    env: await envFacts(console, keyName),
    audit: (await driveSight(console, c)) === 'shown' ? (console.audits.latest?.audit ?? null) : null,
    lines: ['MINIO_KMS_SECRET_KEY=', ...Object.entries(lines).map(([name, value]) => `${name}=${value}`)],
    canApply: config.demoEnvFile !== null,
    canRestart: config.allowRestart,
    confirmWord: console.minio.host,
  })
}

async function staticSource({ config }: Console, { defaultKey }: Kms): Promise<KeySource | null> {
  const sources = await listSources(config)
  return sources.find(({ keyName, fingerprint }) => keyName === defaultKey && fingerprint !== null) ?? null
}

/** Null: KES can't be asked. */
async function keyInKes({ kes }: Console, name: string): Promise<KesKey | 'missing' | null> {
  if (kes === null) return null
  try {
    return await describeKey(kes, name)
  } catch (error) {
    return error instanceof AppError && error.code === 'not-found' ? 'missing' : unlessRefused(error)
  }
}

/** At each endpoint, since each may run on another keystore. Null while one has no such key, or can't be asked. */
async function compare({ kes, config }: Console, { id, keyName }: KeySource): Promise<boolean | null> {
  if (kes === null) return null
  using material = await openSource(config, id, keyName)
  const said = await Promise.all(
    kes.urls.map((url) => sameMaterial(atEndpoint(kes, url), keyName, material).catch(unlessRefused)),
  )
  if (said.includes(false)) return false
  return said.includes(null) ? null : true
}

function unlessRefused(error: unknown): null {
  if (error instanceof AppError) return null
  throw error
}

async function envFacts({ config }: Console, keyName: string | null): Promise<EnvFacts | null> {
  const path = config.demoEnvFile ?? config.envFile
  const text = path === null ? null : await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  const { safe, reasons } = safeToRestart(text)
  const namesKes = /^\s*(export\s+)?MINIO_KMS_KES_ENDPOINT=/m.test(text)
  if (!namesKes || !safe) return { namesKes, safe, reasons }
  const wrong = strangers(parseEnvFile(text), config.kes, keyName)
  return { namesKes, safe: wrong.length === 0, reasons: wrong }
}

/** The key was imported and proven at the console's KES: lines that lead elsewhere would make MinIO look for it there. */
function strangers(lines: ReadonlyMap<string, string>, kes: KesSettings | null, keyName: string | null) {
  const endpoints = expandEndpoints('MINIO_KMS_KES_ENDPOINT', lines.get('MINIO_KMS_KES_ENDPOINT') ?? '', ['https:'])
  const known = new Set(kes?.endpoints.map(({ origin }) => origin))
  const reasons = endpoints
    .filter(({ origin }) => !known.has(origin))
    .map(({ origin }) => `${origin} is not the KES that the key was proven at.`)
  if (lines.get('MINIO_KMS_KES_KEY_NAME') !== keyName) reasons.push(`MINIO_KMS_KES_KEY_NAME is not ${keyName}.`)
  return reasons
}

/** What the env file of each node must say: paths and names, never material. */
function linesFor(console: Console, keyName: string): Record<string, string> {
  const { certFile, keyFile, caPath } = console.config.move
  const endpoints = console.config.kes?.endpoints.map(({ origin }) => origin).join(',') ?? ''
  return {
    MINIO_KMS_KES_ENDPOINT: endpoints,
    MINIO_KMS_KES_KEY_NAME: keyName,
    MINIO_KMS_KES_CERT_FILE: certFile,
    MINIO_KMS_KES_KEY_FILE: keyFile,
    ...(caPath !== null && { MINIO_KMS_KES_CAPATH: caPath }),
  }
}
