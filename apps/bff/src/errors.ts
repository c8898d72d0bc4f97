import type { ProblemCode } from '@strongroom/shared/problem'

/** One member of the input that is wrong: a JSON pointer and a sentence. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

/** A failure with a public face: `detail` is written for the person at the screen, `cause` is only logged. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ProblemCode
  readonly detail: string
  readonly fields: readonly FieldError[]

  constructor(
    code: ProblemCode,
    detail: string,
    { cause, fields = [] }: { cause?: unknown; fields?: readonly FieldError[] } = {},
  ) {
    super(`${code}: ${detail}`, { cause })
    this.code = code
    this.detail = detail
    this.fields = fields
  }
}
