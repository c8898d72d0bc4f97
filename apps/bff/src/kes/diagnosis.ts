import { isIP } from 'node:net'
import { connect } from 'node:tls'

interface TlsOptions {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

/** By error code of node:net, node:tls or undici: what is wrong, and what to do. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections. Is it running, and is the port right?',
  ENOTFOUND: 'can’t be found: its name does not resolve. Correct the name, or the DNS of this host.',
  EAI_AGAIN: 'can’t be found: the DNS of this host does not answer.',
  EHOSTUNREACH: 'can’t be reached: there is no route to it. Look at the network and the firewall.',
  ENETUNREACH: 'can’t be reached: there is no route to it. Look at the network and the firewall.',
  ETIMEDOUT: 'did not answer in time. Look at the firewall, and whether KES is busy.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'shows a certificate made for another name. Use the name in the certificate, or make one that holds this name or address.',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired. Renew it and restart KES.',
  CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet. Compare the clocks of both hosts.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'speaks plain HTTP or no TLS at all. Is the port that of KES?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'speaks plain HTTP or no TLS at all. Is the port that of KES?',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'wants a client certificate and saw none.',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'wants a client certificate and saw none that it takes.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'does not trust the console’s client certificate: its tls.auth is on. Use a certificate signed by the CA it knows.',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'does not trust the console’s client certificate: its tls.auth is on. Use a certificate signed by the CA it knows.',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'says that the console’s client certificate has expired. Renew it.',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'speaks no TLS version that the console does (1.2 or 1.3).',
}
const UNTRUSTED =
  'shows a certificate that the console does not trust. Name its CA, or the certificate itself, in MINIO_KMS_KES_CAPATH.'
const UNTRUSTED_CODES = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]
const TIME_OUTS = ['TimeoutError', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** No answer came. `cause` is the failure as undici met it. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  /** One sentence on what is wrong and what to do. */
  readonly diagnosis: string
  /** The call may have reached KES all the same. */
  readonly mayHaveArrived: boolean

  constructor(diagnosis: string, mayHaveArrived: boolean, cause: unknown) {
    super(diagnosis, { cause })
    this.diagnosis = diagnosis
    this.mayHaveArrived = mayHaveArrived
  }
}

/**
 * Says why there is no answer. Over HTTP/1.1 a TLS 1.3 server that turns the client certificate down looks like a
 * closed socket, so that case is asked again, once, with bare TLS.
 */
export async function diagnose(error: unknown, url: URL, tls: TlsOptions, timeoutMs: number): Promise<Unanswered> {
  const timeOut = isTimeOut(error)
  const known = sentenceFor(timeOut ? 'ETIMEDOUT' : codeOf(error))
  const sentence = known ?? sentenceFor(await probe(url, tls, timeoutMs))
  const mayHaveArrived = timeOut ? codeOf(error) !== 'UND_ERR_CONNECT_TIMEOUT' : sentence === undefined
  const words = sentence ?? 'closed the connection without an answer. KES’s log says why.'
  return new Unanswered(`KES at ${url.host} ${words}`, mayHaveArrived, error)
}

function sentenceFor(code: string): string | undefined {
  return UNTRUSTED_CODES.includes(code) ? UNTRUSTED : SENTENCES[code]
}

const isTimeOut = (error: unknown) =>
  error instanceof Error && (TIME_OUTS.includes(error.name) || TIME_OUTS.includes(codeOf(error)))

/** Of an error, or of the first of several (one for each address that was tried). */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Shakes hands, asks for something harmless, and tells the code of the error that follows; empty when none does. */
function probe(url: URL, tls: TlsOptions, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({
      ...tls,
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
    })
    const end = (code: string) => {
      socket.destroy()
      resolve(code)
    }
    socket.setTimeout(timeoutMs, () => end('ETIMEDOUT'))
    socket.once('error', (error) => end(codeOf(error)))
    socket.once('secureConnect', () =>
      socket.write(`GET /version HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`),
    )
    socket.once('data', () => end(''))
    socket.once('close', () => end(''))
  })
}
