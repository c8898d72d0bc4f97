import { type Problem, problems, problemType } from '@strongroom/shared/problem'
import type { Logger } from 'pino'
import type * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { RequestContext } from './env.ts'

/** The input does not fit its schema. Carries pointers and messages, never the values sent. */
export const invalidInput = ({ issues }: z.core.$ZodError) =>
  new AppError('invalid-input', 'Check the marked fields.', {
    fields: issues.map(({ path, message }) => ({ pointer: `/${path.map(String).join('/')}`, detail: message })),
  })

/** Gives any failure its public face. What was not raised on purpose becomes `internal`. */
export function toProblem(error: unknown, instance: string): Problem {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', `The console failed. Its log has the reason under ${instance}.`, { cause: error })
  const { status, title } = problems[known.code]
  return { type: problemType(known.code), title, status, detail: known.detail, instance, errors: [...known.fields] }
}

/** The one door for failures, mounted once on the app: no route builds an error response. */
export const errorDoor = (log: Logger) => (error: Error, c: RequestContext) => {
  const problem = toProblem(error, c.var.requestId)
  if (problem.status >= 500) log.error({ requestId: c.var.requestId, err: error }, problem.title)
  return c.json(problem, problem.status as 500, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  })
}
