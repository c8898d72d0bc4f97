import { isIP } from 'node:net'

/** The port is text: that of the file is read when it is opened. */
export type Address = { host: string; port: string }

/**
 * `IP:PORT`, `[IPv6]:PORT` or `:PORT`, the last on all interfaces.
 *
 * @throws Error in KES's words
 */
export function parseAddress(text: string): Address {
  const refuse = (reason: string) => new Error(`address ${text}: ${reason}`)
  if (text.startsWith('[') && !text.includes(']')) throw refuse("missing ']' in address")
  const colon = text.lastIndexOf(':')
  if (colon < 0 || text.endsWith(']')) throw refuse('missing port in address')
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  if (host.includes(':') && !text.startsWith('[')) throw refuse('too many colons in address')
  if (host !== '' && !isIP(host)) throw new Error(`'${host}' is not a valid IP address`)
  return { host: host === '' ? '0.0.0.0' : host, port: text.slice(colon + 1) }
}

/** A port to listen on; empty and 0 take a free one. @throws Error in KES's words, which come when it opens the port */
export function portOf({ port }: Address): number {
  if (port === '') return 0
  if (!/^-?\d+$/.test(port)) throw new Error(`listen tcp: lookup tcp/${port}: unknown port`)
  const number = Number(port)
  if (number < 0 || number > 65535) throw new Error(`listen tcp: address ${port}: invalid port`)
  return number
}
