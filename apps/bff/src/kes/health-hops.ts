import { CONSOLE_ACTS, linesFor } from '@strongroom/shared/kes-policy-roles'
import type { AppError } from '../errors.ts'
import { saidKes } from './answer.ts'
import { troubleOf, Unanswered } from './diagnosis.ts'
import type { DefaultKey, Way } from './hops.ts'
import { attempt, type StatusReply } from './status-reply.ts'
import type { TlsLook } from './tls-look.ts'
import type { Kes } from './transport.ts'

/** The first four hops, where one of them stops the way. Replies whether one did. */
export function stoppedHop(
  way: Way,
  url: URL,
  error: AppError | undefined,
  seen: TlsLook | null,
  { answeredAt }: { readonly answeredAt: Date | null },
): boolean {
  const met = seen && troubleOf(seen)
  // Who answers over a connection that stands is there, whatever became of the one beside it.
  const passing = error?.code !== 'upstream-unreachable' && (met?.hop === 'address' || met?.hop === 'connection')
  if (met && !passing) {
    way.reached(met.hop)
    const before = answeredAt ? ` It last answered at ${momentOf(answeredAt)}.` : ''
    way.breaks(met.hop, `KES at ${url.host} ${met.says}${before}`, met.cure)
    return true
  }
  if (error?.cause instanceof Unanswered) {
    // The bare look went well: it came back between the two, or is too busy to answer both.
    way.reached('connection')
    way.breaks('connection', error.detail, 'Look again: a moment later it took a connection.')
    return true
  }
  return false
}

/** `14:02:11 UTC on 2026-11-21`: it may have been another day. */
function momentOf(date: Date): string {
  const [day, time] = date.toISOString().slice(0, 19).split('T')
  return `${time} UTC on ${day}`
}

/** Something answers, and it is not as KES does. */
export function notKesHop(way: Way, error: AppError): void {
  way.reached('connection')
  way.breaks('connection', error.detail, 'Correct the endpoint, or what stands before KES.')
}

export const identityHop = (way: Way, identity: string): void =>
  way.holds('client-certificate', `The console shows the identity ${identity}.`)

/** More than this, and the dates of certificates and logs begin to mislead. */
const SKEW_MS = 60_000

/** Stops no call, so the way goes on. */
export function clockHop(way: Way, date: Date | null, now: Date): void {
  const skewMs = (date ?? now).getTime() - now.getTime()
  if (date === null) way.unknown('clock', 'KES did not say what time it is.')
  else if (Math.abs(skewMs) <= SKEW_MS) way.holds('clock', 'Both clocks agree within a minute.')
  else way.breaks('clock', skewWords(skewMs), CLOCK_CURE)
}

const CLOCK_CURE =
  'Set both hosts to the same time (NTP). Calls still go through; certificates may count as expired or as not valid yet, and logs do not match.'

function skewWords(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  const hours = seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`
  const length = seconds < 120 ? `${seconds} seconds` : hours
  return `The clock of KES is ${length} ${skewMs < 0 ? 'behind' : 'ahead of'} that of the console.`
}

/** Why KES would not tell its status. */
export async function policyHop(way: Way, kes: Kes, url: URL, error: AppError, left: () => number): Promise<void> {
  if (error.code === 'not-allowed') return tellPolicy(way, kes, url, error, left)
  const cause = error.cause
  if (cause instanceof Unanswered && cause.silent) {
    way.unknown('policy', 'It was asked, and did not say.')
    return way.breaks(
      'keystore',
      STATUS_HANGS,
      'Look at the keystore: is it sealed, overloaded, or cut off by a firewall? Do not restart KES or MinIO now.',
    )
  }
  if (saidKes(cause, 'wantsCertificate') || saidKes(cause, 'severalCertificates')) {
    return way.breaks(
      'client-certificate',
      error.detail,
      'Make a certificate with basicConstraints CA:FALSE from the same private key: the identity stays.',
    )
  }
  way.reached('connection')
  way.breaks('connection', error.detail, 'KES stopped answering half-way: look at its log.')
}

/** KES asks its keystore before it tells its status. */
const STATUS_HANGS = 'KES answers, but not with its status: for that it asks its keystore, which keeps it waiting.'

/** Harmless, and each under a line of its own. */
const PROBES = ['/v1/ready', '/v1/metrics', '/v1/api', '/v1/key/list/', '/v1/policy/list/', '/v1/identity/list/']

/** KES says never why it refuses; whether it refuses everything can be seen. */
async function tellPolicy(way: Way, kes: Kes, url: URL, error: AppError, left: () => number): Promise<void> {
  const answers = await Promise.all(
    PROBES.map((path) => attempt(() => kes.hear(url, { method: 'GET', path, act: 'look', timeoutMs: left() }))),
  )
  const allowed = PROBES.filter((_, i) => answers[i]!.error?.code !== 'not-allowed')
  if (allowed.length > 0) {
    return way.breaks(
      'policy',
      `${error.detail} The identity is known to KES (it may use ${allowed.join(', ')}), but its policy is too narrow.`,
      'Add the missing lines in KES’s configuration and send it SIGHUP.',
    )
  }
  way.breaks(
    'policy',
    `The console's KES identity ${kes.identity} may do nothing here: KES does not know it, or its policy allows nothing.`,
    `Add it to the identities of a policy that allows ${linesFor(CONSOLE_ACTS.observe, '').join(', ')}, and send KES SIGHUP. An old "paths:" in the policy counts for nothing: KES reads "allow:".`,
  )
}

/** Replies whether the way goes on. */
export async function keystoreHop(
  way: Way,
  kes: Kes,
  url: URL,
  { keystoreReachable, keystoreLatencyMs }: StatusReply,
  left: () => number,
): Promise<boolean> {
  if (!keystoreReachable) {
    way.breaks(
      'keystore',
      'KES can’t reach its keystore, so it can’t tell which keys there are; what it holds in memory works for a while.',
      'Look at the keystore: a sealed Vault, an expired credential, the network, a missing folder. Do not restart KES or MinIO now.',
    )
    return false
  }
  const ready = await attempt(() =>
    kes.hear(url, { method: 'GET', path: '/v1/ready', act: 'ask whether it is ready', timeoutMs: left() }),
  )
  // Not allowed to ask: its status has told already.
  if (ready.error && ready.error.code !== 'not-allowed') {
    way.breaks(
      'keystore',
      ready.error.detail,
      'After a keystore came back, KES says so up to 10 seconds late: look again. If it stays so, look at the keystore and at KES’s log.',
    )
    return false
  }
  way.holds('keystore', keystoreLatencyMs === null ? 'It answers.' : `It answers KES within ${keystoreLatencyMs} ms.`)
  return true
}

/** Whether the key without which nothing is encrypted is there. */
export async function defaultKeyHop(
  way: Way,
  kes: Kes,
  url: URL,
  key: DefaultKey | null,
  left: () => number,
): Promise<void> {
  if (key === null) return way.unknown('default-key', 'The name of the default key is not known here.')
  const path = `/v1/key/describe/${encodeURIComponent(key.name)}`
  const { error } = await attempt(() => kes.hear(url, { method: 'GET', path, act: 'describe keys', timeoutMs: left() }))
  if (!error) return way.holds('default-key', `KES has the key ${key.name}.`)
  if (error.code !== 'not-found') return way.unknown('default-key', error.detail)
  if (!key.inUse) return way.unknown('default-key', `KES has no key ${key.name} yet; MinIO does not run on this KES.`)
  way.breaks(
    'default-key',
    `KES has no key ${key.name}, on which MinIO runs.`,
    'Do not restart MinIO: it would make a new key of this name, which opens nothing. Put the key back from its backup or escrow copy.',
  )
}
