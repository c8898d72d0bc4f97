import { isIP } from 'node:net'
import { ConfigError } from './config-error.ts'

/** A URL that is scheme, host and port alone. */
export function readOrigin(name: string, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const schemes = protocols.map((protocol) => `${protocol}//`).join(' or ')
  if (!url || !protocols.includes(url.protocol)) {
    throw new ConfigError(
      `${name} holds something that is no URL beginning with ${schemes}: write ${schemes}host:port.`,
    )
  }
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new ConfigError(`${name} must be scheme, host and port alone: leave out user, path and query.`)
  }
  return url
}

const ELLIPSIS = /\{(\d+)\.\.\.(\d+)\}/
const MOST = 1024

/** `https://kes{1...3}:7373,https://other:7373` as MinIO reads it: commas, and `{from...to}` for each number between. */
export function expandEndpoints(name: string, text: string, protocols: readonly string[]): URL[] {
  const endpoints = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => expand(name, part))
  if (endpoints.length === 0) throw new ConfigError(`${name} names no endpoint: write https://host:port.`)
  if (endpoints.length > MOST) throw new ConfigError(`${name} names more than ${MOST} endpoints: is a range too wide?`)
  return endpoints.map((endpoint) => readOrigin(name, endpoint, protocols))
}

function expand(name: string, text: string): string[] {
  const range = ELLIPSIS.exec(text)
  if (!range) {
    if (/[{}]/.test(text)) throw new ConfigError(`${name} holds a range that can't be read: write {1...3}.`)
    return [text]
  }
  const [whole, first, last] = range as unknown as [string, string, string]
  const count = Number(last) - Number(first) + 1
  if (count < 1 || count > MOST) {
    throw new ConfigError(`${name} holds a range that runs backwards or is too wide: write {1...3}.`)
  }
  const width = first.startsWith('0') ? first.length : 0
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(width, '0')).flatMap((number) =>
    expand(name, text.replace(whole, number)),
  )
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `host:port`, an IPv6 address in brackets; port 0 takes a free one. */
export function readListen(name: string, text: string): ListenAddress {
  const parts = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (!host || port > 65_535 || (parts?.[1] && isIP(parts[1]) !== 6)) {
    throw new ConfigError(`${name} is no address: write host:port, for example 127.0.0.1:9080 or [::1]:9080.`)
  }
  return { host, port }
}
