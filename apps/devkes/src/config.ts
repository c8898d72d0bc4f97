import { readFile } from 'node:fs/promises'
import { formatDuration, parseDuration } from './duration.ts'
import { type LogLevel, parseLogLevel } from './log-level.ts'
import { type Place, readYaml } from './yaml-tree.ts'

/** Milliseconds; 0 means not set. */
export type CacheSettings = { any: number; unused: number; offline: number }
export type PolicySettings = { allow: string[]; deny: string[]; identities: string[] }
export type ApiSettings = { skipAuth: boolean; timeoutMs: number }

export type Config = {
  /** As written, see `parseAddress`; empty when not set. */
  address: string
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
    if (error.code === 'ENOENT') throw new Error(`open ${path}: no such file or directory`)
    throw error.code === 'EISDIR' ? new Error(`yaml: input error: read ${path}: is a directory`) : error
  })
  return parseConfig(text, env)
}

/**
 * Reads a KES configuration, version v1. What the real server refuses is refused in its words and in its order; what it
 * silently ignores is ignored. `tls.proxy` is checked but has no effect, as in KES.
 *
 * @throws Error with the sentence to show
 */
export function parseConfig(text: string, env: NodeJS.ProcessEnv = process.env): Config {
  // KES decodes the whole file before it judges any of it, so errors of type and environment come first.
  return checked(readYaml(text, env, decode))
}

type Decoded = NonNullable<ReturnType<typeof decode>>

function decode(root: Place) {
  if (root.present && !root.typeName().startsWith('!!map')) {
    root.refuse('kesconf.ymlFile')
    return undefined
  }
  checkVersion(root.at('version'))
  const tls = root.at('tls')
  const expiry = root.at('cache').at('expiry')
  const log = root.at('log')
  return {
    address: root.at('address').text(),
    admin: root.at('admin').at('identity').text('kes.Identity'),
    tls: {
      keyFile: tls.at('key').text(),
      certFile: tls.at('cert').text(),
      password: tls.at('password').text(),
      caFile: tls.at('ca').text(),
    },
    auth: tls.at('auth').text(),
    proxies: identities(tls.at('proxy').at('identities')),
    api: mapOf(root.at('api'), (entry) => ({
      skipAuth: boolean(entry.at('skip_auth')),
      timeoutMs: duration(entry.at('timeout')),
    })),
    policies: mapOf(root.at('policy'), (entry) => ({
      allow: patterns(entry.at('allow')),
      deny: patterns(entry.at('deny')),
      identities: identities(entry.at('identities')),
    })),
    cache: {
      any: duration(expiry.at('any')),
      unused: duration(expiry.at('unused')),
      offline: duration(expiry.at('offline')),
    },
    log: { error: log.at('error').text(), audit: log.at('audit').text() },
    keys: root
      .at('keys')
      .items('[]map')
      .map((entry) => entry.at('name').text()),
    keystore: keystoreOf(root.at('keystore')),
  }
}

function checkVersion(entry: Place): void {
  if (/^!!(map|seq)/.test(entry.typeName())) throw new Error(`kesconf: invalid config version at line '${entry.line}'`)
  const version = entry.verbatim()
  if (version !== '' && version !== 'v1') throw new Error(`edge: invalid server config version '${version}'`)
}

function checked(decoded: Decoded | undefined): Config {
  if (!decoded) throw new Error('EOF')
  const { address, admin, tls, auth, proxies, policies, cache, log, api, keys, keystore } = decoded
  if (admin === '') refuse('invalid admin identity: no admin identity')
  if (tls.keyFile === '') refuse('invalid tls config: no private key')
  if (tls.certFile === '') refuse('invalid tls config: no certificate')
  const verify = clientAuth(auth)
  if (proxies.includes(admin)) refuse(`invalid tls proxy: identity '${admin}' is already admin`)
  checkIdentities(admin, proxies, policies)
  if (cache.any < 0) refuse(`invalid cache expiry '${formatDuration(cache.any)}'`)
  if (cache.unused < 0) refuse(`invalid cache unused expiry '${formatDuration(cache.unused)}'`)
  if (cache.offline < 0) refuse(`invalid offline cache expiry '${formatDuration(cache.offline)}'`)
  const levels = { error: parseLogLevel(log.error), audit: parseLogLevel(log.audit) }
  for (const [path, { timeoutMs }] of api) {
    if (timeoutMs < 0) refuse(`invalid timeout '${timeoutMs * 1e6}' for API '${path}'`)
  }
  const twice = keys.find((name, index) => keys.indexOf(name) !== index)
  if (twice !== undefined) refuse(`invalid key config: key '${twice}' is defined multiple times`)
  const keystorePath = pathOf(keystore)
  return { address, admin, tls: { ...tls, verify }, policies, cache, log: levels, api, keys, keystorePath }
}

function refuse(reason: string): never {
  throw new Error(`kesconf: ${reason}`)
}

function checkIdentities(admin: string, proxies: readonly string[], policies: Decoded['policies']): void {
  for (const [name, { identities }] of policies) {
    for (const identity of identities) {
      const taken = identity === admin ? 'admin' : proxies.includes(identity) ? 'a TLS proxy' : undefined
      if (taken) refuse(`invalid policy '${name}': identity '${identity}' is already ${taken}`)
    }
  }
}

/** `on` wants client certificates that verify; any letter case. */
function clientAuth(value: string): boolean {
  const wanted = value.toLowerCase()
  if (!['', 'on', 'off'].includes(wanted)) refuse(`invalid tls config: invalid auth '{ ${value}}'`)
  return wanted === 'on'
}

/** All the server kinds KES knows besides the file system. */
const OTHER_KEYSTORES = ['vault', 'aws', 'azure', 'gcp', 'gemalto', 'fortanix', 'entrust', 'encryptedfs']

function keystoreOf(keystore: Place) {
  const fs = keystore.at('fs')
  return {
    fs: fs.present ? { path: fs.at('path').text() } : undefined,
    others: OTHER_KEYSTORES.filter((kind) => keystore.at(kind).present),
  }
}

function pathOf({ fs, others }: Decoded['keystore']): string {
  if (fs?.path === '') refuse('invalid fs keystore: no path specified')
  if (others.length + Number(fs !== undefined) > 1) {
    refuse('invalid keystore config: more than once keystore specified')
  }
  if (others.length > 0) {
    throw new Error(
      `keystore.${others[0]}: the development KES has only a file keystore. Set keystore.fs.path, or run the real KES.`,
    )
  }
  return fs?.path ?? refuse('no keystore specified')
}

/** YAML 1.1's words for truth, quoted ones too, which Go's package still takes where a boolean is wanted. */
function boolean(entry: Place): boolean {
  if (!entry.present) return false
  const [value, type] = [entry.text('bool'), entry.typeName()]
  if (type.startsWith('!!bool')) return value.toLowerCase() === 'true'
  if (/^(y|Y|yes|Yes|YES|on|On|ON)$/.test(value)) return true
  if (!/^!!(map|seq)/.test(type) && !/^(n|N|no|No|NO|off|Off|OFF)$/.test(value)) entry.refuse('bool')
  return false
}

function duration(entry: Place): number {
  if (!entry.present) return 0
  const [value, type] = [entry.text('time.Duration'), entry.typeName()]
  if (/^!!(map|seq)/.test(type)) return 0
  const ms = type.startsWith('!!str') ? parseDuration(value) : undefined
  if (ms === undefined) entry.refuse('time.Duration')
  return ms ?? 0
}

const identities = (entry: Place) =>
  entry.items('[]kesconf.env[github.com/minio/kms-go/kes.Identity]').map((item) => item.text('kes.Identity'))

function patterns(entry: Place): string[] {
  return entry.items('[]string').map((item) => {
    if (/^!!(map|seq)/.test(item.typeName())) item.refuse('string')
    return item.verbatim()
  })
}

const mapOf = <T>(entry: Place, read: (value: Place) => T) =>
  new Map(entry.entries().map(([name, value]) => [name, read(value)] as const))
