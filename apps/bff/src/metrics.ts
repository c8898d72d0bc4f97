import type { BucketFigures } from './cluster/buckets/last-observed.ts'
import type { Console } from './console.ts'
import { VERSION } from './version.ts'

type Labels = Readonly<Record<string, string>>

interface Gauge {
  readonly name: string
  readonly help: string
  readonly values: readonly (readonly [Labels, number | null])[]
}

/**
 * What the console has seen last, for a monitoring system that asks without a session: states, counts and times, no name of a
 * key, an account or a path. Nothing is asked of MinIO or KES for it. Format: Prometheus text 0.0.4.
 */
export const metricsText = (console: Console): string => gauges(console).map(gaugeText).join('')

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

function gauges(console: Console): Gauge[] {
  const { kesDoors, kesHistory, canaries, deletions, drills, audits } = console
  const endpoints = kesHistory.read().endpoints.map(({ url, points }) => ({ url, point: points.at(-1) }))
  const audit = audits.latest?.audit ?? null
  return [
    gauge('build_info', 'The version of the console.', [[{ version: VERSION }, 1]]),
    gauge(
      'kes_up',
      'Whether the KES endpoint answered when it was last asked.',
      endpoints.map(({ url, point }) => [{ endpoint: url }, point ? Number(point.latencyMs !== null) : null]),
    ),
    gauge(
      'kes_round_trip_seconds',
      'The last round trip to the KES endpoint.',
      endpoints.map(({ url, point }) => [{ endpoint: url }, seconds(point?.latencyMs)]),
    ),
    gauge(
      'kes_keystore_round_trip_seconds',
      'The last round trip of KES to its keystore.',
      endpoints.map(({ url, point }) => [{ endpoint: url }, seconds(point?.keystoreLatencyMs)]),
    ),
    gauge(
      'kes_identity_expiry_timestamp_seconds',
      'When the certificate with which the console goes to KES ends.',
      kesDoors
        .identities()
        .map(({ role, certificate }) => [{ role }, certificate ? Date.parse(certificate.notAfter) / 1000 : null]),
    ),
    gauge('key_canaries', 'Canaries of keys, by what KES last said.', counted(canaries.all(), 'state')),
    gauge('keys_marked_for_deletion', 'Keys that are marked for deletion or in quarantine.', [
      [{}, deletions.all().length],
    ]),
    gauge('last_drill_timestamp_seconds', 'When the last drill was held.', [[{}, unixTime(drills.all()[0]?.at)]]),
    gauge('iam_items', 'IAM and config items by what seals them, as last read from the drives.', [
      ...(audit === null
        ? []
        : ([
            [{ state: 'plaintext' }, audit.counts.plaintext],
            [{ state: 'root-credentials' }, audit.counts['root-credentials']],
            [{ state: 'kms' }, Object.values(audit.counts.kms).reduce((sum, count) => sum + count, 0)],
            [{ state: 'unreadable' }, audit.counts.unreadable],
          ] as const)),
    ]),
    gauge('iam_audit_timestamp_seconds', 'When the drives were last read.', [[{}, unixTime(audit?.takenAt)]]),
    ...ofBuckets(console.bucketsObserved.figures),
  ]
}

/** As the last person saw them who may see all of them. */
function ofBuckets(figures: BucketFigures | null): Gauge[] {
  if (figures === null) return []
  const { byMode, drifted, probes, plain, plainBytes, uncounted, at } = figures
  return [
    gauge('buckets', 'Buckets by what seals a new object.', labelled(byMode, 'mode')),
    gauge('buckets_drifted', 'Buckets that do not encrypt as the rules of the house say.', [[{}, drifted]]),
    gauge('bucket_probes', 'Buckets by the outcome of their last write-probe.', labelled(probes, 'outcome')),
    gauge('buckets_uncounted', 'Buckets whose objects were never counted as a whole.', [[{}, uncounted]]),
    gauge('plain_object_versions', 'Versions of objects in plaintext, in the buckets that were counted.', [
      [{}, plain],
    ]),
    gauge('plain_object_bytes', 'Their bytes.', [[{}, plainBytes]]),
    gauge('buckets_timestamp_seconds', 'When the buckets were last looked at.', [[{}, at.getTime() / 1000]]),
  ]
}

const labelled = (counts: ReadonlyMap<string, number>, label: string): Gauge['values'] =>
  [...counts].map(([value, count]) => [{ [label]: value }, count])

const gauge = (name: string, help: string, values: Gauge['values']): Gauge => ({ name, help, values })

function counted<Name extends string>(all: readonly Readonly<Record<Name, string>>[], label: Name): Gauge['values'] {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each[label], (counts.get(each[label]) ?? 0) + 1)
  return labelled(counts, label)
}

const seconds = (ms: number | null | undefined) => (ms == null ? null : ms / 1000)
const unixTime = (at: string | undefined) => (at === undefined ? null : Date.parse(at) / 1000)

/** A value that is not known has no line. */
function gaugeText({ name, help, values }: Gauge): string {
  const known = values.filter(([, value]) => value !== null)
  if (known.length === 0) return ''
  const lines = known.map(([labels, value]) => `strongroom_${name}${labelText(labels)} ${value}\n`)
  return `# HELP strongroom_${name} ${help}\n# TYPE strongroom_${name} gauge\n${lines.join('')}`
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
