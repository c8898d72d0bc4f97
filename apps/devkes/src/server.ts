import { randomBytes } from 'node:crypto'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { type Address, parseAddress, portOf } from './address.ts'
import type { Server } from './api.ts'
import type { Config } from './config.ts'
import { Connections } from './connections.ts'
import { ApiError } from './errors.ts'
import { type FileKeystore, openKeystore } from './file-keystore.ts'
import { answer } from './http.ts'
import { KeyCache } from './key-cache.ts'
import { newKey } from './key-routes.ts'
import { Log, type Writer } from './log.ts'
import { Metrics } from './metrics.ts'
import { presentsCertificate } from './peer.ts'
import { Access } from './policy.ts'
import { routesFor } from './routes.ts'
import { now } from './timestamp.ts'
import { readTlsFiles } from './tls-files.ts'

export type DevKesOptions = {
  config: Config
  /** `IP:PORT`; overrides the configured address, which defaults to 127.0.0.1:7373. Port 0 takes a free one. */
  address?: string
  /** Where log lines go: stderr and stdout unless given, as in KES. */
  errorLog?: Writer
  auditLog?: Writer
}

/** A configuration with the files that it names read. */
export type Loaded = { config: Config; tls: SecureContextOptions; store: FileKeystore }

export type DevKes = {
  /** Names the real port. */
  url: string
  port: number
  /**
   * Goes on under another configuration: keystore, policies, TLS, APIs, cache (emptied) and log levels change; address,
   * counters and the start time stay. @throws Error with the sentence to show; nothing has changed then
   */
  update(loaded: Loaded): Promise<void>
  /** Ends open connections, requests under way after a second, and resolves when the port is free. */
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1:7373'
/** KES looks at its certificate files this often, so that they can be renewed without a signal. */
const TLS_RELOAD_MS = 15 * 60_000

/** @throws Error with the sentence to show: TLS files, or the keystore directory */
export async function loadConfig(config: Config): Promise<Loaded> {
  return { config, tls: await readTlsFiles(config.tls), store: await openKeystore(config.keystorePath) }
}

/**
 * Starts the development KES: the KES protocol over mutual TLS on a directory of key files. For trying and testing
 * only: keys lie unencrypted on disk.
 *
 * @throws Error with the sentence to show: TLS files, keystore directory, policies, or the port
 */
export async function startDevKes({ config, address, errorLog, auditLog }: DevKesOptions): Promise<DevKes> {
  const wanted = parseAddress((address ?? config.address) || LOOPBACK)
  const loaded = await loadConfig(config)
  const log = new Log(config.log, {
    error: errorLog ?? ((line) => process.stderr.write(`${line}\n`)),
    audit: auditLog ?? ((line) => process.stdout.write(`${line}\n`)),
  })
  const lasting = { log, metrics: new Metrics(), startedAt: now() }
  let current = await openServer(loaded, lasting)
  const http = createSecureServer(
    {
      ...loaded.tls,
      allowHTTP1: true,
      requestCert: true,
      // Node would refuse self-signed certificates, which all of KES's are: `admit` decides instead.
      rejectUnauthorized: false,
    },
    (incoming, outgoing) => void answer(current.server, incoming, outgoing),
  )
  const connections = new Connections(http)
  admit(http, log, () => current.config)
  const renewal = setInterval(() => void renewTls(http, current.config, log), TLS_RELOAD_MS).unref()

  async function update(next: Loaded): Promise<void> {
    const former = current.server.keys
    current = await openServer(next, lasting)
    log.setLevels(next.config.log)
    http.setSecureContext(next.tls)
    former[Symbol.dispose]()
  }

  async function close(): Promise<void> {
    clearInterval(renewal)
    await connections.end()
    current.server.keys[Symbol.dispose]()
  }

  try {
    return { ...(await listen(http, wanted)), update, close }
  } catch (error) {
    clearInterval(renewal)
    current.server.keys[Symbol.dispose]()
    throw error
  }
}

/** A configuration in force, and what requests are answered from. */
type Current = { config: Config; server: Server }

/** @throws Error in KES's words: policies, then predefined keys */
async function openServer(
  { config, store }: Loaded,
  lasting: Pick<Server, 'log' | 'metrics' | 'startedAt'>,
): Promise<Current> {
  const access = new Access(config.admin, config.policies)
  const keys = new KeyCache(store, config.cache)
  try {
    await createPredefinedKeys(keys, config.keys, access.admin)
  } catch (error) {
    keys[Symbol.dispose]()
    throw error
  }
  return { config, server: { ...lasting, access, keys, routes: routesFor(config.api) } }
}

async function createPredefinedKeys(keys: KeyCache, names: readonly string[], admin: string): Promise<void> {
  for (const name of names) {
    await keys.create(name, newKey('AES256', randomBytes(32), admin)).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error // the key exists already
    })
  }
}

/** Without a good pair the former one stays. */
async function renewTls(http: Http2SecureServer, { tls }: Config, log: Log): Promise<void> {
  try {
    http.setSecureContext(await readTlsFiles(tls))
  } catch (error) {
    log.error((error as Error).message)
  }
}

/**
 * Ends connections that do not satisfy `tls.auth`. One API with `skip_auth` makes the certificate optional for all,
 * as in KES; an API that wants one then answers 400.
 */
function admit(http: Http2SecureServer, log: Log, config: () => Config): void {
  http.prependListener('secureConnection', (socket: TLSSocket) => {
    const { api, tls } = config()
    const optional = [...api.values()].some(({ skipAuth }) => skipAuth)
    const presented = presentsCertificate(socket)
    const problem =
      !presented && !optional
        ? "tls: client didn't provide a certificate"
        : presented && tls.verify && !socket.authorized
          ? 'tls: failed to verify certificate'
          : undefined
    if (!problem) return
    log.info(`http: TLS handshake error from ${socket.remoteAddress}:${socket.remotePort}: ${problem}`)
    socket.destroy()
  })
  http.on('tlsClientError', (error) => log.info(`http: TLS handshake error: ${error.message}`))
}

const LISTEN_ERRORS: Record<string, string> = {
  EADDRINUSE: 'bind: address already in use',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  EACCES: 'bind: permission denied',
}

async function listen(http: Http2SecureServer, address: Address): Promise<{ url: string; port: number }> {
  const { host } = address
  const shown = host.includes(':') ? `[${host}]` : host
  const wanted = portOf(address)
  await new Promise<void>((resolve, reject) => {
    http.once('error', ({ code = '', message }: NodeJS.ErrnoException) => {
      reject(new Error(`listen tcp ${shown}:${wanted}: ${LISTEN_ERRORS[code] ?? message}`))
    })
    http.listen(wanted, host, resolve)
  })
  const { port } = http.address() as AddressInfo
  return { url: `https://${host === '0.0.0.0' ? '127.0.0.1' : shown}:${port}`, port }
}
