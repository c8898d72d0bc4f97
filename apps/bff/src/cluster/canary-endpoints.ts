import { Instant } from '@strongroom/shared/endpoint'
import { KeyCanary } from '@strongroom/shared/keys'
import * as z from 'zod/mini'
import { atEndpoint } from '../kes/at-endpoint.ts'
import type { Kes } from '../kes/transport.ts'
import { type CanaryAnswer, openCanary, type SealedCanary } from './canary-seal.ts'

/** What is wrong with a key, until KES says otherwise: that KES can't be asked meanwhile takes nothing back. */
export const LastAnswer = z.object({ state: KeyCanary.shape.state, at: Instant })
export type LastAnswer = z.infer<typeof LastAnswer>

/** What one endpoint of KES says of a canary now, and what it said last when it could be asked; null: never. */
export const EndpointCanary = z.object({
  /** `host:port` */
  endpoint: z.string(),
  state: KeyCanary.shape.state,
  detail: z.string(),
  lastAnswer: z.nullable(LastAnswer),
})
export type EndpointCanary = z.infer<typeof EndpointCanary>

export interface AnswerAt extends CanaryAnswer {
  readonly endpoint: string
}

/**
 * Has each endpoint open it: each may run on another keystore, and MinIO asks any of them.
 *
 * @param silent endpoints that could not be reached a moment ago, with their answers: they are not waited for again, and
 *   those that can't be reached now are added
 */
export const openEverywhere = (
  kes: Kes,
  name: string,
  { canary, silent }: { readonly canary: SealedCanary; readonly silent: Map<string, CanaryAnswer> },
): Promise<AnswerAt[]> =>
  Promise.all(
    kes.urls.map(async (url) => {
      const endpoint = url.host
      const known = silent.get(endpoint)
      if (known !== undefined) return { endpoint, state: known.state, detail: known.detail }
      const { unreachable, ...answer } = await openCanary(atEndpoint(kes, url), name, canary)
      if (unreachable === true) silent.set(endpoint, answer)
      return { endpoint, ...answer }
    }),
  )

/** @param before of endpoints that are no longer asked nothing is kept */
export const remember = (
  before: readonly EndpointCanary[],
  answers: readonly AnswerAt[],
  now: string,
): EndpointCanary[] =>
  answers.map(({ endpoint, state, detail }) => {
    const last = before.find((each) => each.endpoint === endpoint)?.lastAnswer ?? null
    return { endpoint, state, detail, lastAnswer: state === 'unknown' ? last : { state, at: now } }
  })

/** The worst first: one endpoint that has another key is the fault, whatever the others have. */
const WORST = ['replaced', 'missing', 'opens', 'unknown'] as const

/** What they say together. One that was seen with another key and can't be asked now leaves it open. */
export function togetherNow(endpoints: readonly EndpointCanary[]): CanaryAnswer {
  const states = endpoints.map(({ state, lastAnswer }) =>
    state === 'unknown' && lastAnswer !== null && lastAnswer.state !== 'opens' ? ('alarmed' as const) : state,
  )
  const worst = ['replaced', 'missing', 'alarmed', 'opens', 'unknown'].find((each) =>
    states.some((state) => state === each),
  )
  const state = worst === undefined || worst === 'alarmed' ? 'unknown' : (worst as CanaryAnswer['state'])
  const [first] = endpoints
  const alike = first !== undefined && endpoints.every(({ detail }) => detail === first.detail)
  return {
    state,
    detail: alike ? first.detail : endpoints.map(({ endpoint, detail }) => `At ${endpoint}: ${detail}`).join(' '),
  }
}

/** The worst of what each said last. */
export function lastTogether(endpoints: readonly EndpointCanary[]): LastAnswer | null {
  const last = endpoints.flatMap(({ lastAnswer }) => lastAnswer ?? [])
  return last.toSorted((one, other) => WORST.indexOf(one.state) - WORST.indexOf(other.state))[0] ?? null
}
