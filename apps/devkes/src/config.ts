import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { formatDuration, parseDuration } from './duration.ts'
import { type LogLevel, parseLogLevel } from './log-level.ts'
import { type Place, parseYaml, YamlTypeError } from './yaml-tree.ts'

/** Milliseconds; 0 means not set. */
export type CacheSettings = { any: number; unused: number; offline: number }
export type PolicySettings = { allow: string[]; deny: string[]; identities: string[] }
export type ApiSettings = { skipAuth: boolean; timeoutMs: number }
export type Address = { host: string; port: number }

export type Config = {
  address: Address | undefined
  /** An identity that is no hex, such as `disabled`, matches nobody. */
  admin: string
  /** `verify`: client certificates must chain to `caFile`, not merely exist. Paths are relative to the working directory. */
  tls: { keyFile: string; certFile: string; password: string; caFile: string; verify: boolean }
  api: Map<string, ApiSettings>
  policies: Map<string, PolicySettings>
  cache: CacheSettings
  log: { error: LogLevel; audit: LogLevel }
  /** Keys to create at the start unless they exist. */
  keys: string[]
  keystorePath: string
}

/** @throws Error with the sentence to show: a missing file, or whatever {@link parseConfig} refuses */
export async function readConfig(path: string, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`open ${path}: no such file or directory`) : error
  })
  return parseConfig(text, env)
}

/**
 * Reads a KES configuration, version v1. What the real server refuses is refused in its words; what it silently ignores
 * is ignored. `tls.proxy` is checked but has no effect, as in KES.
 *
 * @throws Error with the sentence to show
 */
export function parseConfig(text: string, env: NodeJS.ProcessEnv = process.env): Config {
  const root = parseYaml(text, env)
  if (root.present && !root.typeName().startsWith('!!map'))
    throw new YamlTypeError(root.line, root.typeName(), 'kesconf.ymlFile')
  const version = versionOf(root.at('version'))
  if (version !== '' && version !== 'v1') throw new Error(`edge: invalid server config version '${version}'`)
  // KES decodes the whole file before it judges any of it, so errors of type and environment come first.
  const decoded = decode(root)
  check(decoded)
  const { proxies: _, ...config } = decoded
  return { ...config, keystorePath: keystorePath(root.at('keystore')) }
}

function versionOf(entry: Place): string {
  if (/^!!(map|seq)/.test(entry.typeName())) throw new Error(`kesconf: invalid config version at line '${entry.line}'`)
  return entry.verbatim()
}

function decode(root: Place) {
  const tls = root.at('tls')
  const expiry = root.at('cache').at('expiry')
  const address = root.at('address').text()
  return {
    address: address === '' ? undefined : parseAddress(address),
    admin: root.at('admin').at('identity').text(),
    tls: {
      keyFile: tls.at('key').text(),
      certFile: tls.at('cert').text(),
      password: tls.at('password').text(),
      caFile: tls.at('ca').text(),
      verify: clientAuth(tls.at('auth')),
    },
    proxies: texts(tls.at('proxy').at('identities')),
    api: mapOf(root.at('api'), (entry) => ({
      skipAuth: boolean(entry.at('skip_auth')),
      timeoutMs: duration(entry.at('timeout')),
    })),
    policies: mapOf(root.at('policy'), (entry) => ({
      allow: list(entry.at('allow')).map((item) => item.verbatim()),
      deny: list(entry.at('deny')).map((item) => item.verbatim()),
      identities: texts(entry.at('identities')),
    })),
    cache: {
      any: duration(expiry.at('any')),
      unused: duration(expiry.at('unused')),
      offline: duration(expiry.at('offline')),
    },
    log: {
      error: parseLogLevel(root.at('log').at('error').text()),
      audit: parseLogLevel(root.at('log').at('audit').text()),
    },
    keys: list(root.at('keys')).map((entry) => entry.at('name').text()),
  }
}

function check({ admin, tls, proxies, policies, cache, api, keys }: ReturnType<typeof decode>) {
  const refuse = (reason: string): never => {
    throw new Error(`kesconf: ${reason}`)
  }
  if (admin === '') refuse('invalid admin identity: no admin identity')
  if (tls.keyFile === '') refuse('invalid tls config: no private key')
  if (tls.certFile === '') refuse('invalid tls config: no certificate')
  if (proxies.includes(admin)) refuse(`invalid tls proxy: identity '${admin}' is already admin`)
  for (const [name, { identities }] of policies) {
    for (const identity of identities) {
      const taken = identity === admin ? 'admin' : proxies.includes(identity) ? 'a TLS proxy' : undefined
      if (taken) refuse(`invalid policy '${name}': identity '${identity}' is already ${taken}`)
    }
  }
  if (cache.any < 0) refuse(`invalid cache expiry '${formatDuration(cache.any)}'`)
  if (cache.unused < 0) refuse(`invalid cache unused expiry '${formatDuration(cache.unused)}'`)
  if (cache.offline < 0) refuse(`invalid offline cache expiry '${formatDuration(cache.offline)}'`)
  for (const [path, { timeoutMs }] of api) {
    if (timeoutMs < 0) refuse(`invalid timeout '${timeoutMs * 1e6}' for API '${path}'`)
  }
  const twice = keys.find((name, index) => keys.indexOf(name) !== index)
  if (twice !== undefined) refuse(`invalid key config: key '${twice}' is defined multiple times`)
}

/** All the server kinds KES knows besides the file system. */
const OTHER_KEYSTORES = ['vault', 'aws', 'azure', 'gcp', 'gemalto', 'fortanix', 'entrust', 'encryptedfs']

function keystorePath(keystore: Place): string {
  const others = OTHER_KEYSTORES.filter((kind) => keystore.at(kind).present)
  const fs = keystore.at('fs')
  const path = fs.at('path').text()
  if (fs.present && path === '') throw new Error('kesconf: invalid fs keystore: no path specified')
  if (others.length + Number(fs.present) > 1) {
    throw new Error('kesconf: invalid keystore config: more than once keystore specified')
  }
  if (others.length > 0) {
    throw new Error(
      `keystore.${others[0]}: the development KES has only a file keystore. Set keystore.fs.path, or run the real KES.`,
    )
  }
  if (!fs.present) throw new Error('kesconf: no keystore specified')
  return path
}

/**
 * `IP:PORT`, `[IPv6]:PORT` or `:PORT`, the last on all interfaces.
 *
 * @throws Error in KES's words
 */
export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':')
  if (colon < 0 || text.endsWith(']')) throw new Error(`address ${text}: missing port in address`)
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  if (host.includes(':') && text[0] !== '[') throw new Error(`address ${text}: too many colons in address`)
  if (host !== '' && !isIP(host)) throw new Error(`'${host}' is not a valid IP address`)
  const port = Number(text.slice(colon + 1))
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`address ${text}: invalid port`)
  return { host: host === '' ? '0.0.0.0' : host, port }
}

function clientAuth(auth: Place): boolean {
  const value = auth.text()
  if (!['', 'on', 'off'].includes(value.toLowerCase())) {
    throw new Error(`kesconf: invalid tls config: invalid auth '{ ${value}}'`)
  }
  return value.toLowerCase() === 'on'
}

/** YAML 1.1's words for truth, which Go's package still takes where a boolean is wanted. */
function boolean(entry: Place): boolean {
  const value = entry.text()
  if (/^(y|yes|true|on)$/i.test(value)) return true
  if (value === '' || /^(n|no|false|off)$/i.test(value)) return false
  throw new YamlTypeError(entry.line, entry.typeName(), 'bool')
}

function duration(entry: Place): number {
  if (!entry.present) return 0
  const type = entry.typeName()
  const ms = type.startsWith('!!str') ? parseDuration(entry.text()) : undefined
  if (ms === undefined) throw new YamlTypeError(entry.line, type, 'time.Duration')
  return ms
}

const list = (entry: Place): Place[] => {
  if (entry.present && !entry.typeName().startsWith('!!seq')) {
    throw new YamlTypeError(entry.line, entry.typeName(), '[]string')
  }
  return entry.items()
}

const texts = (entry: Place) => list(entry).map((item) => item.text())

const mapOf = <T>(entry: Place, read: (value: Place) => T) =>
  new Map(entry.entries().map(([name, value]) => [name, read(value)] as const))
