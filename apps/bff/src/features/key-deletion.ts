import type { Activity } from '@strongroom/shared/activity'
import {
  deleteKey,
  markKey,
  quarantineKey,
  readKeyDeletion,
  readKeyUsage,
  unmarkKey,
} from '@strongroom/shared/key-deletion'
import type { KeyName } from '@strongroom/shared/keys'
import { requireDeleteKey, requireReadKey } from '../cluster/kes-locks.ts'
import {
  type DeletionScope,
  deleteMarked,
  markForDeletion,
  quarantineMarked,
  seeDeletion,
} from '../cluster/key-deletion.ts'
import { seeKeyUsage } from '../cluster/key-usage.ts'
import {
  type Console,
  driveReader,
  intentOf,
  kesLocks,
  kmsNow,
  minioFor,
  requireDeletionKes,
  requireDriveReading,
  requireKes,
} from '../console.ts'
import { underIdentity } from '../custody/trail.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

export function keyDeletionRoutes(router: Router, console: Console) {
  const { deletions, trail } = console

  const mayRead = async (name: KeyName, c: RequestContext) => {
    await requireReadKey(kesLocks(console, c), c.var.caller, name)
    await requireDriveReading(console, c)
  }
  /** Refusals below are recorded too: whoever tried to take a key away is worth knowing. */
  const recorded = async <T>(
    act: Activity['act'],
    name: KeyName,
    c: RequestContext,
    run: () => Promise<T>,
    tell: (done: T) => string,
  ) => {
    await requireDeleteKey(kesLocks(console, c), c.var.caller, name)
    const { account } = c.var.caller
    return trail.recorded(intentOf(c, act, name), () => alone(console, account, run), tell)
  }

  bind(router, readKeyUsage, async ({ name }, c) => {
    await mayRead(name, c)
    await deletions.refresh()
    const statement = deletions.find(name)?.otherClusters ?? null
    const { usage } = await seeKeyUsage({ ...(await scopeOf(console, c, name)), statement })
    return usage
  })

  bind(router, readKeyDeletion, async ({ name }, c) => {
    await mayRead(name, c)
    return seeDeletion(await scopeOf(console, c, name))
  })

  bind(router, markKey, ({ name, waitDays, otherClusters }, c) =>
    recorded(
      'mark-key',
      name,
      c,
      async () => {
        await requireDriveReading(console, c)
        const order = { by: c.var.caller.account, waitDays, statement: otherClusters }
        return markForDeletion(await scopeOf(console, c, name), order)
      },
      () => `Waits ${waitDays} days. Of other clusters: ${otherClusters}`,
    ),
  )

  bind(router, quarantineKey, ({ name }, c) =>
    recorded(
      'quarantine-key',
      name,
      c,
      async () => {
        await requireDriveReading(console, c)
        return quarantineMarked(await scopeOf(console, c, name), c.var.caller.account)
      },
      ({ policies, deleteAfter }) =>
        `Denied by ${policies?.map(({ policy }) => policy).join(', ')}. Not deleted before ${deleteAfter?.slice(0, 16)}Z.`,
    ),
  )

  bind(router, unmarkKey, async ({ name }, c) => {
    await recorded(
      'unmark-key',
      name,
      c,
      async () => {
        await deletions.refresh()
        const stage = deletions.stageOf(name)
        if (stage === null) throw new AppError('not-found', 'The key is not marked for deletion.')
        await deletions.forget(name)
        return stage
      },
      (stage) => (stage === 'marked' ? 'The mark was undone.' : 'Mark and quarantine were undone.'),
    )
    return null
  })

  bind(router, deleteKey, async ({ name, confirm }, c) => {
    await recorded(
      'delete-key',
      name,
      c,
      async () => {
        if (confirm !== name) throw unconfirmed()
        await requireDriveReading(console, c)
        const door = await deleteMarked(await scopeOf(console, c, name), () => requireDeletionKes(console))
        await console.canaries.forget(name)
        return door
      },
      (door) => `Deleted by KES${underIdentity(door)}.`,
    )
    return null
  })
}

/** One change at a time, of all consoles that share the state folder: an undo must not cross a deletion. */
async function alone<T>({ leases }: Console, account: string, run: () => Promise<T>): Promise<T> {
  await using _lease = await leases.take('key-deletion', account)
  return await run()
}

/** What the caller may see, with the console's view of KES beside it. */
async function scopeOf(console: Console, c: RequestContext, name: KeyName): Promise<DeletionScope> {
  const { config, deletions, kesDoors } = console
  const kes = requireKes(console)
  // Asked first: it tells which cluster this is, and so whose audits count.
  const kms = await kmsNow(console, c)
  const [reader] = await Promise.all([driveReader(console, minioFor(console, c)), console.audits.refresh()])
  const identities = kesDoors.identities()
  const known = new Map(
    identities.flatMap(({ role, identity }) => (identity === null ? [] : [[identity, `console (${role})`]])),
  )
  const minio = kesDoors.minioIdentity()
  return {
    name,
    reader,
    kms,
    kes,
    configuredKey: config.kes?.keyName ?? null,
    nodesNamed: config.minio.nodes.length,
    latest: console.audits.latest,
    known: minio === null ? known : new Map([...known, [minio, 'MinIO']]),
    now: new Date(),
    deletions,
    deletionIdentity: identities.some(({ role, identity }) => role === 'delete' && identity !== null),
  }
}

const unconfirmed = () =>
  new AppError('invalid-input', 'To delete a key for good, its name is typed once more. Nothing was deleted.', {
    fields: [{ pointer: '/confirm', detail: 'Type the name of the key' }],
  })
