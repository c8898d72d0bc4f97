/** Go's slog levels: debug -4, info 0, warn 4, error 8; a line is written when its level is not lower. */
export type LogLevel = number

export const DEBUG = -4
export const INFO = 0
export const ERROR = 8

const NAMED: Record<string, LogLevel> = { DEBUG, INFO, WARN: 4, ERROR, ON: INFO, OFF: ERROR + 1 }

/** `on`, `off`, a level with an optional `+N`, or a number; empty means info. @throws Error in KES's words */
export function parseLogLevel(text: string): LogLevel {
  const wanted = text.trim().toUpperCase()
  if (wanted === '') return INFO
  const named = NAMED[wanted]
  if (named !== undefined) return named
  const [, base = '', rest = ''] = /^(DEBUG|INFO|WARN|ERROR)\s*(.*)$/s.exec(wanted) ?? []
  if (base === '') return integer(wanted)
  if (!rest.startsWith('+')) throw new Error(`kesconf: invalid log level '${wanted}'`)
  try {
    return NAMED[base]! + integer(rest.slice(1))
  } catch (error) {
    throw new Error(`kesconf: invalid log level suffix '${rest.slice(1)}': ${(error as Error).message}`)
  }
}

function integer(text: string): number {
  const refuse = (reason: string) => new Error(`strconv.Atoi: parsing ${JSON.stringify(text)}: ${reason}`)
  if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax')
  if (BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) throw refuse('value out of range')
  return Number(text)
}
