import type { KesPolicy } from '@strongroom/shared/kes-access'
import { KES_NAME } from '@strongroom/shared/kes-policy-reach'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { PolicyReading } from './policies-reading.ts'
import { DescribedIdentity, ReadPolicy, rulesIn } from './policies-replies.ts'
import type { Kes } from './transport.ts'

export interface AssignedIdentity {
  readonly identity: string
  readonly admin: boolean
  /** Null for the admin, and where KES does not let it be known. */
  readonly policy: string | null
}

/** Who may do what, as one KES has it loaded: its configuration file may say something else by now. */
export interface KesPolicies {
  /** Sorted by name; those that could be read. */
  readonly policies: KesPolicy[]
  /** Sorted. */
  readonly identities: AssignedIdentity[]
  /** What could not be read, and which line would allow it; with anything here, the rest may have gaps. */
  readonly unknown: string[]
  /** Origin of the KES that was asked: each has a configuration of its own. */
  readonly endpoint: string
}

/** All but the listings are one call for each name: what takes longer than this in all is left unknown. */
const DEADLINE_MS = 10_000
const ASKED_AT_ONCE = 8

/**
 * Reads all policies and identities of the first KES that answers. `GET /v1/policy/list/`, `/v1/policy/read/<name>`,
 * `/v1/identity/list/` and `/v1/identity/describe/<id>`: what one of them refuses is told in `unknown`.
 *
 * @throws AppError `upstream-unreachable` or `upstream-failed` when no KES answers
 */
export async function readKesPolicies(kes: Kes, deadlineMs = DEADLINE_MS): Promise<KesPolicies> {
  const failures: unknown[] = []
  for (const url of kes.urls) {
    const reading = new PolicyReading(kes, url, performance.now() + deadlineMs)
    try {
      return await readEndpoint(reading, url)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failures.push(error)
    }
  }
  throw failures[0]
}

const Named = z.object({ names: z.array(z.string()) })
const Listed = z.object({ identities: z.array(z.string()) })

async function readEndpoint(reading: PolicyReading, url: URL): Promise<KesPolicies> {
  const [named, listed] = await Promise.all([
    reading.ask('policy-list', '', Named),
    reading.ask('identity-list', '', Listed),
  ])
  const identities = await inTurns(listed?.identities ?? [], (identity) => assignment(reading, identity))
  const names = new Set([...(named?.names ?? []), ...identities.flatMap(({ policy }) => policy ?? [])])
  const policies = await inTurns([...names].sort(), (name) => policy(reading, name, identities))
  return {
    policies: policies.filter((policy) => policy !== null),
    identities: identities.toSorted((a, b) => (a.identity < b.identity ? -1 : 1)),
    unknown: reading.unknown(),
    endpoint: url.origin,
  }
}

async function assignment(reading: PolicyReading, identity: string): Promise<AssignedIdentity> {
  // KES holds identities of policies to its rule, but not its admin, which may be any text.
  if (!KES_NAME.test(identity)) return { identity, admin: true, policy: null }
  const described = await reading.ask('identity-describe', identity, DescribedIdentity)
  return { identity, admin: described?.admin === true, policy: described?.policy || null }
}

async function policy(
  reading: PolicyReading,
  name: string,
  identities: readonly AssignedIdentity[],
): Promise<KesPolicy | null> {
  const found = await reading.ask('policy-read', name, ReadPolicy)
  if (found === null) return null
  return {
    name,
    ...rulesIn(found),
    identities: identities.filter(({ policy }) => policy === name).map(({ identity }) => identity),
    createdAt: found.created_at ? new Date(found.created_at).toISOString() : null,
  }
}

/** Keeps the order of `items`. */
async function inTurns<Item, Found>(items: readonly Item[], ask: (item: Item) => Promise<Found>): Promise<Found[]> {
  const found: Found[] = []
  for (let at = 0; at < items.length; at += ASKED_AT_ONCE) {
    found.push(...(await Promise.all(items.slice(at, at + ASKED_AT_ONCE).map(ask))))
  }
  return found
}
