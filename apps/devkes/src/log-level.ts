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
  const [, base = '', more] = /^(DEBUG|INFO|WARN|ERROR)\s*\+([+-]?\d+)$/.exec(wanted) ?? []
  if (more !== undefined) return NAMED[base]! + Number(more)
  if (/^[+-]?\d+$/.test(wanted)) return Number(wanted)
  if (/^(DEBUG|INFO|WARN|ERROR)/.test(wanted)) throw new Error(`kesconf: invalid log level '${wanted}'`)
  throw new Error(`strconv.Atoi: parsing ${JSON.stringify(wanted)}: invalid syntax`)
}
