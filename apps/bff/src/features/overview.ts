import { readOverview } from '@strongroom/shared/overview'
import { observeBuckets } from '../cluster/bucket-observation.ts'
import { findings } from '../cluster/findings.ts'
import { requireListKeys } from '../cluster/kes-locks.ts'
import type { Observed } from '../cluster/observed.ts'
import { verdict } from '../cluster/verdict.ts'
import type { Config } from '../config/config.ts'
import { type Console, driveSight, kesLocks, kmsNow, minioFor } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { listKeys } from '../kes/list-keys.ts'

const DEFAULT_PASSWORD = 'minioadmin'

export function overviewRoutes(router: Router, console: Console) {
  bind(router, readOverview, async (_, c) => {
    const [observed, keys] = await Promise.all([observe(console, c), countKeys(console, c)])
    const { kms, audit, buckets } = observed
    return {
      verdict: verdict(observed),
      findings: findings(observed),
      kms: { kind: kms.kind, defaultKey: kms.defaultKey, keyWorks: kms.keyWorks, standby: kms.standby !== null },
      buckets: buckets && {
        total: buckets.length,
        encrypting: buckets.filter(({ effective }) => effective !== null && effective.mode !== 'none').length,
        unknown: buckets.filter(({ effective }) => effective === null).length,
      },
      iam: audit && {
        takenAt: audit.takenAt,
        counts: audit.counts,
        total: audit.total,
        toMove: audit.toMove,
        defaultKey: audit.defaultKey,
      },
      keys,
      checkedAt: new Date().toISOString(),
    }
  })
}

async function observe(console: Console, c: RequestContext): Promise<Observed> {
  const { config } = console
  const access = minioFor(console, c)
  const kms = await kmsNow(console, c)
  const drives = await driveSight(console, c)
  await console.audits.refresh()
  const buckets = await observeBuckets(access.minio, access.credentials, kms).catch(unlessOver)
  return {
    kms,
    kesDownSince: console.kesWatch.note(kms),
    audit: drives === 'shown' ? (console.audits.latest?.audit ?? null) : null,
    regression: drives === 'shown' ? await console.audits.regression() : null,
    drives,
    buckets,
    bucketsAt: new Date(),
    proof: console.proofs.find(kms.defaultKey),
    ...envFileFacts(config, c.var.caller.root || drives === 'shown'),
    now: new Date(),
  }
}

/** What the cluster's env file tells against it, for those whom it concerns. */
const envFileFacts = ({ legacy, kmsKeyFileIgnored, rootCredentials }: Config, shown: boolean) => ({
  legacyVariables: shown ? legacy : [],
  ignoredKeyFile: shown && kmsKeyFileIgnored !== null,
  defaultRootPassword:
    shown && (rootCredentials?.password.expose((password) => password === DEFAULT_PASSWORD) ?? false),
})

/** The number is told to those who may see every name. */
async function countKeys(console: Console, c: RequestContext) {
  if (console.kes === null) return null
  try {
    if (!c.var.caller.root && (await driveSight(console, c)) !== 'shown') return null
    await requireListKeys(kesLocks(console, c), c.var.caller)
    let total = 0
    for await (const _ of listKeys(console.kes, '')) total++
    return { total }
  } catch (error) {
    return unlessOver(error)
  }
}

function unlessOver(error: unknown): null {
  if (!(error instanceof AppError) || error.code === 'session-expired') throw error
  return null
}
