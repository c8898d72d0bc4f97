import { formatDuration } from './duration.ts'
import { DEBUG, ERROR, INFO, type LogLevel } from './log-level.ts'

export type LogSubject = { method: string; path: string; ip: string; identity: string | undefined }
export type Writer = (line: string) => void
/** Gets each line for `/v1/log/*`, an object of its own. */
export type Follower = (event: object) => void

/** The error and audit logs: lines as Go's slog writes them, and live followers over HTTP. */
export class Log {
  #levels: { error: LogLevel; audit: LogLevel }
  readonly #write: { error: Writer; audit: Writer }
  readonly followers = { error: new Set<Follower>(), audit: new Set<Follower>() }

  constructor(levels: { error: LogLevel; audit: LogLevel }, write: { error: Writer; audit: Writer }) {
    this.#levels = levels
    this.#write = write
  }

  setLevels(levels: { error: LogLevel; audit: LogLevel }) {
    this.#levels = levels
  }

  error(message: string, subject?: LogSubject) {
    this.#errorLine(ERROR, 'ERROR', message, subject)
  }

  info(message: string) {
    this.#errorLine(INFO, 'INFO', message)
  }

  debug(message: string, subject?: LogSubject) {
    this.#errorLine(DEBUG, 'DEBUG', message, subject)
  }

  /** A key was created or deleted: the only events KES audits. */
  audit(message: string, subject: LogSubject, tookMs: number) {
    const { ip, path, identity = '' } = subject
    const outcome = { 'res.code': 200, 'res.time': formatDuration(tookMs) }
    if (this.#levels.audit <= INFO) this.#write.audit(line('INFO', message, { ...request(subject), ...outcome }))
    const event = {
      time: new Date().toISOString(),
      request: { ip, path, identity },
      response: { code: 200, time: Math.round(tookMs) },
    }
    for (const follow of this.followers.audit) follow(event)
  }

  #errorLine(level: LogLevel, name: string, message: string, subject?: LogSubject) {
    if (level < this.#levels.error) return
    const text = line(name, message, subject ? request(subject) : {})
    this.#write.error(text)
    for (const follow of this.followers.error) follow({ message: text })
  }
}

const request = ({ method, path, ip, identity }: LogSubject) => ({
  'req.method': method,
  'req.path': path,
  'req.ip': ip,
  'req.identity': identity ?? '<unknown>',
})

const line = (level: string, msg: string, fields: object) =>
  Object.entries({ time: new Date().toISOString(), level, msg, ...fields })
    .map(([name, value]) => `${name}=${quoted(String(value))}`)
    .join(' ')

/** Also what keeps a request path from forging a line: anything but plain printable text is written as JSON. */
const quoted = (value: string) => (/^[^\s"=\p{C}]+$/u.test(value) ? value : JSON.stringify(value))
