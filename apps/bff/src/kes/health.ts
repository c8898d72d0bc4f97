import type { X509Certificate } from 'node:crypto'
import type { KesStatus } from '@strongroom/shared/kms'
import * as z from 'zod/mini'
import { certificateState } from './certificate.ts'
import { clockHop, defaultKeyHop, identityHop, keystoreHop, notKesHop, policyHop, stoppedHop } from './health-hops.ts'
import { type DefaultKey, Way } from './hops.ts'
import { askStatus, attempt, deadline, shown } from './status-reply.ts'
import type { TlsLook } from './tls-look.ts'
import type { Kes } from './transport.ts'

/** For all questions to one endpoint. */
const DEADLINE_MS = 3_000
/** How long a look at the server's certificate is good for, while all is well. */
const CERTIFICATE_MS = 5 * 60_000
/** What took so long hung: the next page shows it as it was, while it is looked at again. */
const HUNG_MS = DEADLINE_MS * 0.9

interface Memory {
  status: KesStatus | null
  answeredAt: Date | null
  keystoreGoneSince: Date | null
  certificate: X509Certificate | null
  certificateSeenAt: number
  hung: boolean
  looking: Promise<KesStatus> | null
}

/** What the console knows of the endpoints behind one door, from one look to the next. */
export class KesHealth {
  readonly #kes: Kes
  readonly #memories = new Map<string, Memory>()

  constructor(kes: Kes) {
    this.#kes = kes
  }

  /** Never throws for what an endpoint does. */
  read(defaultKey: DefaultKey | null): Promise<KesStatus[]> {
    return Promise.all(this.#kes.urls.map((url) => this.#endpoint(url, defaultKey)))
  }

  /** Since when an endpoint has answered without its keystore, as far as the console has looked. */
  keystoreGoneSince(url: string): Date | null {
    return this.#memories.get(url)?.keystoreGoneSince ?? null
  }

  /** Whether all endpoints kept silent when they were last looked at. */
  hangs(): boolean {
    return this.#kes.urls.every(({ origin }) => this.#memories.get(origin)?.hung === true)
  }

  #endpoint(url: URL, defaultKey: DefaultKey | null): Promise<KesStatus> {
    const memory = this.#memoryOf(url)
    memory.looking ??= this.#look(url, defaultKey, memory).finally(() => {
      memory.looking = null
    })
    if (!memory.hung || memory.status === null) return memory.looking
    memory.looking.catch(() => undefined) // told by the next page
    return Promise.resolve(memory.status)
  }

  #memoryOf({ origin }: URL): Memory {
    const known = this.#memories.get(origin)
    if (known) return known
    const memory: Memory = {
      status: null,
      answeredAt: null,
      keystoreGoneSince: null,
      certificate: null,
      certificateSeenAt: Number.NEGATIVE_INFINITY,
      hung: false,
      looking: null,
    }
    this.#memories.set(origin, memory)
    return memory
  }

  async #look(url: URL, defaultKey: DefaultKey | null, memory: Memory): Promise<KesStatus> {
    const started = performance.now()
    const status = await lookAtEndpoint(this.#kes, url, defaultKey, memory)
    memory.status = status
    memory.hung = status.trouble !== null && performance.now() - started > HUNG_MS
    if (status.reachable) memory.answeredAt = new Date()
    if (status.keystoreReachable === false) memory.keystoreGoneSince ??= new Date()
    if (status.keystoreReachable === true) memory.keystoreGoneSince = null
    return status
  }
}

const healths = new WeakMap<Kes, KesHealth>()

/** One memory for each door, so that every page that asks shares it. */
export function healthOf(kes: Kes): KesHealth {
  const known = healths.get(kes) ?? new KesHealth(kes)
  healths.set(kes, known)
  return known
}

type Found = { -readonly [Name in keyof KesStatus]: KesStatus[Name] }

async function lookAtEndpoint(kes: Kes, url: URL, defaultKey: DefaultKey | null, memory: Memory): Promise<KesStatus> {
  const left = deadline(DEADLINE_MS)
  const way = new Way()
  const found: Found = {
    url: url.origin,
    reachable: false,
    trouble: null,
    version: null,
    uptimeSeconds: null,
    keystoreLatencyMs: null,
    keystoreReachable: null,
    latencyMs: null,
    identity: kes.identity,
    hops: [],
    serverCertificate: null,
    checkedAt: new Date().toISOString(),
  }
  await walk(kes, url, way, found, { defaultKey, memory, left })
  if (memory.certificate !== null) found.serverCertificate = certificateState(memory.certificate)
  return { ...found, hops: way.hops(), trouble: way.trouble() }
}

interface Walk {
  readonly defaultKey: DefaultKey | null
  readonly memory: Memory
  /** Milliseconds. */
  readonly left: () => number
}

/** Goes hop by hop, and ends at the first that stops it. */
async function walk(kes: Kes, url: URL, way: Way, found: Found, { defaultKey, memory, left }: Walk): Promise<void> {
  const sight = sightOf(kes, url, memory, left)
  // Needs no policy; it also opens the connection, so that the next question measures the way alone.
  const version = await attempt(() => kes.hear(url, { ...VERSION, timeoutMs: left() }))
  const seen =
    version.error?.code === 'upstream-unreachable' ? await (sight ?? bareLook(kes, url, memory, left)) : await sight
  found.reachable = version.error?.code !== 'upstream-unreachable'
  if (stoppedHop(way, url, version.error, seen, memory)) return
  if (version.error) return notKesHop(way, version.error)
  way.reached('clock')
  identityHop(way, kes.identity)
  clockHop(way, version.reply.date, new Date())
  found.version = versionIn(version.reply.text)

  const started = performance.now()
  const status = await attempt(() => askStatus(kes, url, left()))
  found.latencyMs = Math.round((performance.now() - started) * 100) / 100
  if (status.error) return policyHop(way, kes, url, status.error, left)
  way.holds('policy', 'It lets the console read its status.')
  const { reply } = status
  found.version = reply.version ?? found.version
  found.uptimeSeconds = reply.uptimeSeconds
  found.keystoreLatencyMs = reply.keystoreLatencyMs
  found.keystoreReachable = reply.keystoreReachable
  if (!(await keystoreHop(way, kes, url, reply, left))) return
  await defaultKeyHop(way, kes, url, defaultKey, left)
}

const VERSION = { method: 'GET', path: '/version', act: 'read the version' } as const

/** In step with the first question where the certificate is not known, or something was wrong. */
function sightOf(kes: Kes, url: URL, memory: Memory, left: () => number): Promise<TlsLook> | null {
  const fresh = performance.now() - memory.certificateSeenAt < CERTIFICATE_MS
  return fresh && memory.status?.trouble === null ? null : bareLook(kes, url, memory, left)
}

async function bareLook(kes: Kes, url: URL, memory: Memory, left: () => number): Promise<TlsLook> {
  const seen = await kes.look(url, Math.max(left(), SHORT_LOOK_MS))
  if (seen.certificate !== null) {
    memory.certificate = seen.certificate
    memory.certificateSeenAt = performance.now()
  }
  return seen
}

/** After a question that took all the time: enough to tell a dead host from one that hangs. */
const SHORT_LOOK_MS = 300

const Version = z.object({ version: z.string() })

function versionIn(text: string): string | null {
  try {
    return shown(Version.safeParse(JSON.parse(text)).data?.version)
  } catch {
    return null
  }
}
