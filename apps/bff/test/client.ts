import { setTimeout as sleep } from 'node:timers/promises'
import { API_PREFIX, type Endpoint } from '@strongroom/shared/endpoint'
import { type Job, jobEnded, readJob } from '@strongroom/shared/jobs'
import { Problem, type ProblemCode, problemCode } from '@strongroom/shared/problem'
import { type Session, signIn } from '@strongroom/shared/session'
import type * as z from 'zod/mini'

/** Carries a request to the console: `app.request`, or `fetch` at an address. The path begins with a slash. */
export type Send = (path: string, init: RequestInit) => Promise<Response> | Response

type Fields = z.ZodMiniObject
type Starts = Endpoint<Fields, z.ZodMiniType<Job>>

export interface Refusal extends Problem {
  readonly code: ProblemCode
}

/** A browser's part: keeps the cookie, and knows the endpoints by their descriptions. */
export class Client {
  cookie: string | undefined
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Any request below the prefix of the API, with the cookie. Bodies are JSON unless `headers` say otherwise. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookie !== undefined) headers.set('Cookie', this.cookie)
    if (init.body !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
    const response = await this.#send(API_PREFIX + path, { ...init, headers })
    const set = response.headers.get('Set-Cookie')
    if (set !== null) this.cookie = set.includes('Max-Age=0') ? undefined : set.slice(0, set.indexOf(';'))
    return response
  }

  /** The reply, held against its schema. @throws Error with what the console says when it refuses */
  async call<In extends Fields, Out extends z.ZodMiniType>(
    endpoint: Endpoint<In, Out>,
    input: z.input<In>,
  ): Promise<z.output<Out>> {
    const response = await this.request(...requestOf(endpoint, input))
    const body: unknown = response.status === 204 ? null : await response.json()
    if (response.status === endpoint.status) return endpoint.reply.parse(body)
    throw new Error(`${endpoint.id} answered ${response.status}: ${JSON.stringify(body)}`)
  }

  /** What the console says when it refuses. @throws Error when it does not */
  async refusal<In extends Fields>(endpoint: Endpoint<In>, input: z.input<In>): Promise<Refusal> {
    return refusalIn(await this.request(...requestOf(endpoint, input)))
  }

  signIn(accessKey: string, secretKey: string): Promise<Session> {
    return this.call(signIn, { accessKey, secretKey })
  }

  /** Starts a job and waits for its end. */
  async job<In extends Fields>(endpoint: Endpoint<In, Starts['reply']>, input: z.input<In>): Promise<Job> {
    return this.untilEnded(await this.call(endpoint, input))
  }

  untilEnded = ({ id }: Pick<Job, 'id'>) => this.untilJob(id, jobEnded)

  /** The first snapshot of a job that `fits`. @throws Error when it ends without one, or after two minutes */
  async untilJob(id: string, fits: (job: Job) => boolean): Promise<Job> {
    for (const end = Date.now() + 120_000; Date.now() < end; await sleep(20)) {
      const job = await this.call(readJob, { id })
      if (fits(job)) return job
      if (jobEnded(job)) throw new Error(`The job ended otherwise: ${job.state}, ${job.message}`)
    }
    throw new Error('The job did not get there within two minutes.')
  }
}

/** Problem details in a response. @throws Error when it is none */
export async function refusalIn(response: Response): Promise<Refusal> {
  const text = await response.text()
  if (response.ok || response.headers.get('Content-Type') !== 'application/problem+json') {
    throw new Error(`No refusal, but ${response.status}: ${text}`)
  }
  const problem = Problem.parse(JSON.parse(text))
  if (problem.status !== response.status) throw new Error('The problem names another status than its response.')
  return { ...problem, code: problemCode(problem) }
}

/** Path and request of a call, as the web app makes them. */
export function requestOf(endpoint: Endpoint, input: object): [path: string, init: RequestInit] {
  const rest = new Map<string, unknown>(Object.entries(input))
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest.get(name))
    rest.delete(name)
    return encodeURIComponent(value)
  })
  const { method } = endpoint
  if (method === 'POST' || method === 'PUT') return [path, { method, body: JSON.stringify(Object.fromEntries(rest)) }]
  const query = new URLSearchParams()
  for (const [name, value] of rest) query.set(name, String(value))
  return [query.size > 0 ? `${path}?${query}` : path, { method }]
}
