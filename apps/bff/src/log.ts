import { type Logger, pino } from 'pino'
import { AppError } from './errors.ts'

/**
 * Structured logs on stdout. An error is written as its type, its own words and where it was thrown, and so for each
 * cause; no other member of it, since upstream replies and requests hang there.
 */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } })

interface DescribedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: DescribedError
}

function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  return {
    type: error.name,
    message: error.message,
    ...(error instanceof AppError && { code: error.code }),
    ...(error.stack !== undefined && !(error instanceof AppError) && { stack: error.stack }),
    ...(error.cause !== undefined && depth < 4 && { cause: describeError(error.cause, depth + 1) }),
  }
}
