import * as z from 'zod/mini'

/** All paths of endpoint descriptions are below this prefix, itself below the base path of the console. */
export const API_PREFIX = '/api/v1'

/**
 * One call of the API, described once: the BFF binds it to a route, the web app calls it, and the OpenAPI document is
 * made from it. `reply` is closed: what a handler returns is cut down to it, so nothing else can leave the BFF.
 */
export interface Endpoint<In extends z.ZodMiniObject = z.ZodMiniObject, Out extends z.ZodMiniType = z.ZodMiniType> {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below {@link API_PREFIX}; `:name` segments are members of `input`. */
  readonly path: string
  readonly summary: string
  /** Path segments, query (GET, DELETE) and JSON body (POST, PUT) in one object. */
  readonly input: In
  readonly reply: Out
  /** 201 created, 202 started, 200 read or set, 204 deleted (no body). */
  readonly status: 200 | 201 | 202 | 204
  /** `public` calls need no session. */
  readonly access: 'public' | 'session'
  /** The reply is a stream of server-sent events, each one a `reply`. */
  readonly events: boolean
  /** The reply is a file to be saved; `reply` describes nothing then. */
  readonly download: boolean
  /** How much a request body may have. */
  readonly bodyBytes: number
}

/** Requests carry names and settings; nearly all are far below this. */
const BODY_BYTES = 64 * 1024

type Described<In extends z.ZodMiniObject, Out extends z.ZodMiniType> = Pick<
  Endpoint<In, Out>,
  'id' | 'method' | 'path' | 'summary' | 'input' | 'reply'
> &
  Partial<Pick<Endpoint, 'status' | 'access' | 'events' | 'download' | 'bodyBytes'>>

/** Describes a call; it needs a session and answers 200 unless it says otherwise. */
export const endpoint = <In extends z.ZodMiniObject, Out extends z.ZodMiniType>(
  described: Described<In, Out>,
): Endpoint<In, Out> => ({
  ...{ status: 200, access: 'session', events: false, download: false, bodyBytes: BODY_BYTES },
  ...described,
})

/** What a call without input takes. */
export const Nothing = z.object({})

/** What a call without a reply answers (204). */
export const NoContent = z.null()

/** A moment, ISO 8601 in UTC. */
export const Instant = z.iso.datetime()
