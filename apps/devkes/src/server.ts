import { randomBytes } from 'node:crypto'
import { createSecureServer, type Http2SecureServer, type Http2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Server } from './api.ts'
import type { Address, Config } from './config.ts'
import { ApiError } from './errors.ts'
import { openKeystore } from './file-keystore.ts'
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
  /** Overrides the configured address, which defaults to 127.0.0.1:7373. Port 0 takes a free one. */
  address?: Address
  /** Where log lines go: stderr and stdout unless given, as in KES. */
  errorLog?: Writer
  auditLog?: Writer
}

/** `url` names the real port. `close` ends open connections and resolves when the port is free. */
export type DevKes = { url: string; port: number; close(): Promise<void> }

const LOOPBACK: Address = { host: '127.0.0.1', port: 7373 }

/**
 * Starts the development KES: the KES protocol over mutual TLS on a directory of key files. For trying and testing
 * only: keys lie unencrypted on disk.
 *
 * @throws Error with the sentence to show: TLS files, keystore directory, policies, or the port
 */
export async function startDevKes({ config, address, errorLog, auditLog }: DevKesOptions): Promise<DevKes> {
  const tls = await readTlsFiles(config.tls)
  const store = await openKeystore(config.keystorePath)
  const log = new Log(config.log, {
    error: errorLog ?? ((line) => process.stderr.write(`${line}\n`)),
    audit: auditLog ?? ((line) => process.stdout.write(`${line}\n`)),
  })
  const access = new Access(config.admin, config.policies)
  const keys = new KeyCache(store, config.cache)
  const server: Server = { access, keys, log, metrics: new Metrics(), startedAt: now(), routes: routesFor(config.api) }
  try {
    await createPredefinedKeys(server, config.keys)
    const http = createSecureServer(
      {
        ...tls,
        allowHTTP1: true,
        minVersion: 'TLSv1.2',
        requestCert: true,
        // Node would refuse self-signed certificates, which all of KES's are: `admit` decides instead.
        rejectUnauthorized: false,
      },
      (incoming, outgoing) => void answer(server, incoming, outgoing),
    )
    admit(http, log, config)
    return await listen(http, address ?? config.address ?? LOOPBACK, () => keys[Symbol.dispose]())
  } catch (error) {
    keys[Symbol.dispose]()
    throw error
  }
}

async function createPredefinedKeys({ keys, access }: Server, names: string[]): Promise<void> {
  for (const name of names) {
    await keys.create(name, newKey('AES256', randomBytes(32), access.admin)).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error // the key exists already
    })
  }
}

/**
 * Ends connections that do not satisfy `tls.auth`. One API with `skip_auth` makes the certificate optional for all,
 * as in KES; an API that wants one then answers 400.
 */
function admit(http: Http2SecureServer, log: Log, { api, tls }: Config): void {
  const optional = [...api.values()].some(({ skipAuth }) => skipAuth)
  http.prependListener('secureConnection', (socket: TLSSocket) => {
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

async function listen(http: Http2SecureServer, { host, port }: Address, release: () => void): Promise<DevKes> {
  const sockets = new Set<Socket>()
  const sessions = new Set<Http2Session>()
  http.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  http.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'bind: address already in use' : error.message
      reject(new Error(`listen tcp ${host}:${port}: ${reason}`))
    })
    http.listen(port, host, resolve)
  })
  const bound = (http.address() as AddressInfo).port
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return {
    url: `https://${reachable}:${bound}`,
    port: bound,
    close: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve())
        for (const session of sessions) session.destroy()
        for (const socket of sockets) socket.destroy()
        release()
      }),
  }
}
