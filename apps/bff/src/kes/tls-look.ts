import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect } from 'node:tls'

/** What the console shows and trusts in a handshake; PEM. */
export interface TlsOptions {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

/** How far a bare connection came. */
export interface TlsLook {
  /** The stage that did not end well; `answered` when all did. */
  readonly stage: 'address' | 'connection' | 'handshake' | 'question' | 'answered'
  /** Of the error that ended it, as node:net or node:tls call it; `ETIMEDOUT` for silence; empty for a close without a word. */
  readonly code: string
  /** What the server showed, trusted or not; null when it came not so far. */
  readonly certificate: X509Certificate | null
  /** Why the console does not trust it, as node:tls calls it; null when it does or saw none. */
  readonly untrusted: string | null
}

/**
 * Shakes hands, asks for something harmless, and tells what happened. In TLS 1.3 a server that turns the client's
 * certificate down says so only after its own handshake, where an HTTP client sees no more than a closed socket.
 */
export function lookAtTls(url: URL, tls: TlsOptions, timeoutMs: number): Promise<TlsLook> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    let stage: TlsLook['stage'] = isIP(host) === 0 ? 'address' : 'connection'
    let certificate: X509Certificate | null = null
    let untrusted: string | null = null
    const socket = connect({
      ...tls,
      host,
      port: Number(url.port || 443),
      rejectUnauthorized: false, // so that the certificate can be shown; nothing is told to a server that is not trusted
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
    })
    const end = (code: string) => {
      clearTimeout(deadline)
      socket.destroy()
      resolve({ stage, code, certificate, untrusted })
    }
    const deadline = setTimeout(() => end('ETIMEDOUT'), timeoutMs)
    socket.once('error', (error) => end(codeOf(error)))
    socket.once('lookup', (error: Error | null) => {
      if (!error) stage = 'connection'
    })
    socket.once('connect', () => {
      stage = 'handshake'
    })
    socket.once('secureConnect', () => {
      certificate = socket.getPeerX509Certificate() ?? null
      untrusted = socket.authorized ? null : String(socket.authorizationError)
      if (untrusted !== null) return end('')
      stage = 'question'
      socket.write(`GET /version HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
    })
    socket.once('data', () => {
      stage = 'answered'
      end('')
    })
    socket.once('close', () => end(''))
  })
}

/** Of an error, or of the first of several (one for each address that was tried). */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
