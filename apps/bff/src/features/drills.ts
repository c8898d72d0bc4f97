import { type Drill, listDrills, startDrill } from '@strongroom/shared/drills'
import { type DrillStep, type HeldDrill, holdDrill } from '../cluster/drill.ts'
import { requireOtherKes } from '../cluster/drill-target.ts'
import { inspectSource, systemVolume } from '../cluster/inspect-source.ts'
import { openDoor } from '../cluster/kes-doors.ts'
import { requireDrill, requireDrillView } from '../cluster/kes-locks.ts'
import { birthsOf } from '../cluster/key-birth.ts'
import { objectSamples } from '../cluster/object-samples.ts'
import { DRILL_ENDPOINT, type DrillSettings } from '../config/drill-settings.ts'
import { type Console, driveReader, intentOf, kesLocks, minioFor, requireDriveReading } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import type { Progress, Work } from '../jobs/job.ts'
import { KesIdentityError } from '../kes/identity.ts'
import type { Kes } from '../kes/transport.ts'
import { kmsStatus } from '../minio/kms.ts'

const BUCKETS = 200
const OBJECTS_LISTED = 100
const FAILURES_TOLD = 100

export function drillRoutes(router: Router, console: Console) {
  const { config, drills, jobs, trail } = console

  bind(router, listDrills, async (_, c) => {
    await requireDrillView(kesLocks(console, c), c.var.caller)
    await drills.load()
    return { endpoint: config.drill ? namesOf(config.drill) : null, drills: [...drills.all()] }
  })

  bind(router, startDrill, async ({ samples }, c) => {
    const settings = requireSettings(config.drill)
    await requireDrill(kesLocks(console, c), c.var.caller)
    await requireDriveReading(console, c)
    await requireOtherKes(settings.endpoints, config.kes?.endpoints ?? [])
    const { account } = c.var.caller
    const work = drillWork(console, c, { settings, samples })
    return trail.recorded(
      intentOf(c, 'drill', namesOf(settings)),
      async () => jobs.start({ kind: 'kes-drill', target: null, startedBy: account, unit: 'data keys' }, work),
      ({ id }) => `Up to ${samples} data keys, as job ${id}; what it finds is kept among the drills.`,
    )
  })
}

const namesOf = ({ endpoints }: DrillSettings) => endpoints.map(({ origin }) => origin).join(', ')

function requireSettings(settings: DrillSettings | null): DrillSettings {
  if (settings !== null) return settings
  throw new AppError(
    'kes-not-configured',
    `The console knows no restored KES. Set ${DRILL_ENDPOINT} and an identity for it, and start it again.`,
  )
}

interface DrillSize {
  readonly settings: DrillSettings
  readonly samples: number
}

/** Reads the drives with the caller's credentials, as they are now. */
function drillWork(console: Console, c: RequestContext, { settings, samples }: DrillSize): Work {
  const access = minioFor(console, c)
  const by = c.var.caller.account
  const { kes } = console
  return async function* (signal) {
    const restored = openRestored(settings)
    try {
      const reader = await driveReader(console, access)
      const status = await kmsStatus(access.minio, access.credentials).catch(() => null)
      const held = holdDrill(
        {
          restored,
          running: console.kesDoors.of('prove'),
          by,
          samples,
          items: inspectSource(reader, await systemVolume(reader)),
          objects: (wanted, signal) => objectSamples(reader, sizeOf(wanted), signal),
          defaultKey: status?.defaultKey ?? null,
          ...(kes !== null && { birthsOf: (names) => birthsOf(kes, names) }),
        },
        signal,
      )
      let step = await held.next()
      for (; !step.done; step = await held.next()) {
        yield progressOf(step.value)
      }
      const { drill, failures, births } = step.value
      await console.drills.keep(drill, births)
      yield closing(drill, failures)
    } finally {
      await restored.close()
    }
  }
}

function progressOf(step: DrillStep): Progress {
  if (step.phase === 'reading') return { message: `Reading sealed data keys from the drives: ${step.seen} so far.` }
  const { done, total, failed } = step
  return { done, total, failed, message: 'The restored KES opens them.' }
}

const sizeOf = (wanted: number) => ({
  wanted,
  buckets: BUCKETS,
  listed: OBJECTS_LISTED,
  read: Math.max(2, Math.ceil((2 * wanted) / BUCKETS)),
})

function openRestored({ endpoints, ca, identity }: DrillSettings): Kes {
  try {
    return openDoor({ endpoints, ca, identity })
  } catch (error) {
    if (error instanceof KesIdentityError) throw new AppError('kes-not-configured', error.message, { cause: error })
    throw error
  }
}

function closing({ sampled, opened, failed, byKey }: Drill, failures: HeldDrill['failures']): Progress {
  const bad = byKey.filter(({ verdict }) => verdict === 'wrong-material' || verdict === 'key-missing')
  const said = bad.length === 0 ? '' : ` These keys did not: ${bad.map(({ name }) => name).join(', ')}.`
  return {
    done: sampled,
    total: sampled,
    failed,
    failures: [...failures.slice(0, FAILURES_TOLD)],
    message: `The restored KES opened ${opened} of ${opened + failed} data keys of ${byKey.length} ${byKey.length === 1 ? 'key' : 'keys'}.${said}`,
  }
}
