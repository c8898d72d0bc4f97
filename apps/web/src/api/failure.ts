import { type Problem, type ProblemCode, problemCode } from '@strongroom/shared/problem'

export type FailureCode = ProblemCode | 'console-unreachable' | 'unexpected-reply'

/** Any way in which a call fails. `code` is for machines; `title` and `message` are written for people. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code: FailureCode
  readonly title: string
  /** Messages by JSON pointer of the input: `/name`. */
  readonly fields: ReadonlyMap<string, string>
  /** The request id, which the console's log carries too. */
  readonly instance: string | null

  constructor(code: FailureCode, title: string, detail: string, rest: { problem?: Problem; cause?: unknown } = {}) {
    super(detail, { cause: rest.cause })
    this.code = code
    this.title = title
    this.fields = new Map(rest.problem?.errors.map(({ pointer, detail: message }) => [pointer, message]))
    this.instance = rest.problem?.instance ?? null
  }
}

export const failureOf = (problem: Problem) =>
  new ApiFailure(problemCode(problem), problem.title, problem.detail, { problem })

/** Nobody is signed in any more. */
export const isSignedOut = ({ code }: ApiFailure) => code === 'not-signed-in' || code === 'session-expired'

/** The sign-in opens over the page: nobody is signed in, or what was asked wants a fresh sign-in. */
export const wantsSignIn = (failure: ApiFailure) => isSignedOut(failure) || failure.code === 'sign-in-again'

const passing: ReadonlySet<FailureCode> = new Set([
  'console-unreachable',
  'upstream-unreachable',
  'upstream-failed',
  'iam-not-loaded',
  'internal',
])

/** It may go by itself, so the page asks again. */
export const isPassing = ({ code }: ApiFailure) => passing.has(code)
