import type { Endpoint } from '@strongroom/shared/endpoint'
import { Problem, problems, problemType } from '@strongroom/shared/problem'
import type * as z from 'zod/mini'
import { isLeftAlone } from './activity.ts'
import { apiUrl } from './base.ts'
import { takeBegun } from './begun.ts'
import { ApiFailure, failureOf } from './failure.ts'

/** Tells the console that no person caused the call, so that polling alone keeps no session alive. */
const BACKGROUND = { 'X-Strongroom-Background': '1' }

/**
 * Calls the console's API. Input is checked before it is sent and the reply when it comes.
 *
 * @throws ApiFailure for everything but an abort
 */
export async function call<In extends z.ZodMiniObject, Out extends z.ZodMiniType>(
  endpoint: Endpoint<In, Out>,
  input: z.input<In>,
  signal: AbortSignal | null = null,
): Promise<z.output<Out>> {
  const request = toRequest(endpoint, checked(endpoint.input, input), signal)
  const response = await (takeBegun(request) ?? fetch(request)).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw unreachable(cause)
  })
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
  if (!response.ok) throw refusal(response.status, body)
  const reply = endpoint.reply.safeParse(body)
  if (reply.success) return reply.data
  throw new ApiFailure(
    'unexpected-reply',
    'This page and the console differ',
    'Reload the page: the console was probably updated.',
    {
      cause: reply.error,
    },
  )
}

function checked<In extends z.ZodMiniObject>(schema: In, input: z.input<In>): object {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message }))
  const { status, title } = problems['invalid-input']
  const detail = 'Check the marked fields.'
  throw failureOf({ type: problemType('invalid-input'), title, status, detail, instance: '', errors })
}

/** Fills `:name` segments from `input`; what is left is the query, or the JSON body of POST and PUT. */
function toRequest({ method, path }: Pick<Endpoint, 'method' | 'path'>, input: object, signal: AbortSignal | null) {
  const headers = new Headers(isLeftAlone() ? BACKGROUND : {})
  const rest = new Map<string, unknown>(Object.entries(input))
  const url = apiUrl(path.replace(/:(\w+)/g, (_, name: string) => take(rest, name)))
  if (method === 'POST' || method === 'PUT') {
    const body = JSON.stringify(Object.fromEntries(rest))
    headers.set('Content-Type', 'application/json')
    return new Request(url, { method, body, signal, headers })
  }
  for (const [name, value] of rest) if (value !== undefined) url.searchParams.set(name, String(value))
  return new Request(url, { method, signal, headers })
}

function take(rest: Map<string, unknown>, name: string) {
  const value = rest.get(name)
  rest.delete(name)
  return encodeURIComponent(String(value))
}

const unreachable = (cause?: unknown) =>
  new ApiFailure(
    'console-unreachable',
    'The console does not answer',
    'Strongroom itself cannot be reached from this browser. Nothing was changed by this page.',
    { cause },
  )

/** A proxy in between answers with pages of its own: those mean the console is away. */
function refusal(status: number, body: unknown) {
  const problem = Problem.safeParse(body)
  if (problem.success) return failureOf(problem.data)
  return status >= 500
    ? unreachable()
    : new ApiFailure('unexpected-reply', `The console answered ${status}`, 'Reload the page.')
}
