import { BlockList, isIP } from 'node:net'
import { ConfigError } from './config-error.ts'
import { readOrigin } from './urls.ts'

/** Addresses and networks (`10.0.0.0/8`), comma separated, whose word about the client's address is believed. */
export function readTrustedProxies(name: string, text: string): BlockList {
  const list = new BlockList()
  for (const entry of listed(text)) {
    const [address, prefix] = entry.split('/') as [string, string?]
    const version = isIP(address)
    const family = version === 6 ? 'ipv6' : 'ipv4'
    const most = version === 6 ? 128 : 32
    if (version === 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= most))) {
      throw new ConfigError(`${name} holds something that is no address or network: write 10.0.0.5 or 10.0.0.0/8.`)
    }
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** Origins, comma separated, whose pages may frame the console. */
export const readFrameAncestors = (name: string, text: string): string[] =>
  listed(text).map((entry) => readOrigin(name, entry, ['https:', 'http:']).origin)

/** `''` or `/path`, without a slash at the end. */
export function readBasePath(name: string, text: string): string {
  const path = text.replace(/\/+$/, '')
  if (path === '' || /^(\/[\w.~-]+)+$/.test(path)) {
    if (!path.split('/').some((segment) => segment === '.' || segment === '..')) return path
  }
  throw new ConfigError(`${name} is no path: write something like /strongroom.`)
}

const listed = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
