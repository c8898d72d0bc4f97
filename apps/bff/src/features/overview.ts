import type { Kms } from '@strongroom/shared/kms'
import { readOverview } from '@strongroom/shared/overview'
import { observeBuckets } from '../cluster/bucket-observation.ts'
import { batchFindings } from '../cluster/buckets/batch-findings.ts'
import { canaryFindings } from '../cluster/canary-findings.ts'
import { deletionFindings } from '../cluster/deletion-findings.ts'
import { findings } from '../cluster/findings.ts'
import { policiesEverywhere } from '../cluster/kes-denial.ts'
import { requireListKeys, seesEveryName } from '../cluster/kes-locks.ts'
import { backupFindings } from '../cluster/key-backup.ts'
import { type KeyBirth, KeyBirths } from '../cluster/key-birth.ts'
import { KeyCount } from '../cluster/key-count.ts'
import type { Observed } from '../cluster/observed.ts'
import { recordFindings } from '../cluster/record-findings.ts'
import { verdict } from '../cluster/verdict.ts'
import type { Config } from '../config/config.ts'
import { type Console, driveSight, kesLocks, kmsNow, knownOfBuckets, minioFor } from '../console.ts'
import { escrowTimes } from '../custody/escrow.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

const DEFAULT_PASSWORD = 'minioadmin'

export function overviewRoutes(router: Router, console: Console) {
  const [count, births] = [new KeyCount(), new KeyBirths()]
  bind(router, readOverview, async (_, c) => {
    const [kms, seesKeys] = await Promise.all([kmsNow(console, c), seesAllKeys(console, c)])
    const [observed, keys] = await Promise.all([
      observe(console, c, { kms, seesKeys, births }),
      seesKeys ? countKeys(console, count) : null,
    ])
    const { audit, buckets } = observed
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

/** @param seen `seesKeys`: every name of a key is for this caller */
async function observe(
  console: Console,
  c: RequestContext,
  { kms, seesKeys, births }: { kms: Kms; seesKeys: boolean; births: KeyBirths },
): Promise<Observed> {
  const { config } = console
  const access = minioFor(console, c)
  const drives = await driveSight(console, c)
  await console.audits.refresh()
  const ground = { ...(await knownOfBuckets(console)), defaults: kms }
  const buckets = await observeBuckets(access.minio, access.credentials, ground).catch(unlessOver)
  const bucketsAt = new Date()
  if (drives === 'shown' && buckets !== null) console.bucketsObserved.note(buckets, bucketsAt)
  const audit = drives === 'shown' ? (console.audits.latest?.audit ?? null) : null
  const { defaultKey } = kms
  if (kms.kind === 'kes' && defaultKey !== null) console.canaries.want(defaultKey)
  const sealing = new Set([...Object.keys(audit?.counts.kms ?? {}), ...(defaultKey === null ? [] : [defaultKey])])
  const born =
    kms.kind === 'kes' && console.kes !== null ? await births.of(console.kes, sealing) : new Map<string, KeyBirth>()
  // They name keys and audits, and may lie there without KES too.
  const records = seesKeys || (console.kes === null && drives === 'shown') ? await findingsOfRecords(console) : []
  const ofKeys = seesKeys ? await findingsOfKeys(console, { kms, audit, buckets }, { sealing, born }) : []
  const birth = (defaultKey !== null && born.get(defaultKey)) || null
  return {
    kms,
    kesDownSince: console.kesWatch.note(kms),
    audit,
    regression: drives === 'shown' ? await console.audits.regression() : null,
    drives,
    buckets,
    bucketsAt,
    proof: console.proofs.find(defaultKey, birth),
    canary: defaultKey === null ? null : console.canaries.of(defaultKey),
    backupProven: defaultKey === null ? null : (console.drills.of(defaultKey, birth)?.proven ?? null) !== null,
    keyFindings: [...records, ...ofKeys],
    batchFindings: drives === 'shown' ? batchFindings(await console.batchOrders.all(), new Date()) : [],
    identities: kms.kind === 'unknown' ? [] : console.kesDoors.identities(),
    ...envFileFacts(config, c.var.caller.root || drives === 'shown'),
    now: new Date(),
  }
}

async function findingsOfRecords({ config, deletions, recordSeal }: Console) {
  await deletions.refresh()
  return recordFindings(config.stateDir, recordSeal.refused)
}

async function findingsOfKeys(
  console: Console,
  { kms, audit, buckets }: Pick<Observed, 'kms' | 'audit' | 'buckets'>,
  { sealing, born }: { sealing: ReadonlySet<string>; born: ReadonlyMap<string, KeyBirth> },
) {
  if (console.kes === null) return []
  const marked = console.deletions.all()
  const quarantined = marked.some(({ quarantinedAt }) => quarantinedAt !== null)
  const policies = quarantined ? await policiesEverywhere(console.kes).catch(unlessOver) : null
  const backups = { drills: console.drills, escrows: await escrowTimes(console.config.backupDir) }
  return [
    ...canaryFindings(console.canaries.all()),
    ...deletionFindings({ marked, kms, audit, buckets, policies }),
    ...(kms.kind === 'kes' ? backupFindings(sealing, born, backups) : []),
  ]
}

/** What the cluster's env file tells against it, for those whom it concerns. */
const envFileFacts = ({ legacy, kmsKeyFileIgnored, rootCredentials }: Config, shown: boolean) => ({
  legacyVariables: shown ? legacy : [],
  ignoredKeyFile: shown && kmsKeyFileIgnored !== null,
  defaultRootPassword:
    shown && (rootCredentials?.password.expose((password) => password === DEFAULT_PASSWORD) ?? false),
})

/** What speaks of all keys is for those who may see every name; whether KES answers has no part in that. */
async function seesAllKeys(console: Console, c: RequestContext): Promise<boolean> {
  if (console.kes === null) return false
  try {
    if (!c.var.caller.root && (await driveSight(console, c)) !== 'shown') return false
    const locks = kesLocks(console, c)
    await requireListKeys(locks, c.var.caller)
    return await seesEveryName(locks, c.var.caller)
  } catch (error) {
    return unlessOver(error) ?? false
  }
}

/** Null while KES does not answer. */
async function countKeys({ kes }: Console, count: KeyCount) {
  const total = kes && (await count.of(kes).catch(unlessOver))
  return total === null ? null : { total }
}

function unlessOver(error: unknown): null {
  if (!(error instanceof AppError) || error.code === 'session-expired') throw error
  return null
}
