import { codeOf, type TlsLook } from './tls-look.ts'

/** What a code means, and the hop on the way to KES that it speaks of. */
export interface Trouble {
  readonly hop: 'address' | 'connection' | 'server-certificate' | 'client-certificate'
  /** Completes "KES at HOST …"; a sentence. */
  readonly says: string
  readonly cure: string
}

const NO_ROUTE = 'can’t be reached: there is no route to it.'
const NO_TLS = 'speaks plain HTTP or no TLS at all.'
const UNTRUSTED_CLIENT = 'does not trust the console’s client certificate: its tls.auth is on.'
const KNOWN_CA =
  'Use a certificate signed by the CA that its tls.ca names. With the same private key the identity stays.'
const UNTRUSTED: Trouble = {
  hop: 'server-certificate',
  says: 'shows a certificate that the console does not trust.',
  cure: 'Name its CA, or the certificate itself, in MINIO_KMS_KES_CAPATH: the console reads those files again when they change. If nobody changed the certificate, find out who answers there.',
}

/** By error code of node:net, node:tls or undici. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOTFOUND: {
    hop: 'address',
    says: 'can’t be found: its name does not resolve.',
    cure: 'Correct the name, or the DNS of this host.',
  },
  EAI_AGAIN: {
    hop: 'address',
    says: 'can’t be found: the DNS of this host does not answer.',
    cure: 'Look at the DNS of this host.',
  },
  ECONNREFUSED: {
    hop: 'connection',
    says: 'refuses connections.',
    cure: 'Is it running, and is the port right? Do not restart MinIO before KES is back.',
  },
  EHOSTUNREACH: { hop: 'connection', says: NO_ROUTE, cure: 'Look at the network and the firewall.' },
  ENETUNREACH: { hop: 'connection', says: NO_ROUTE, cure: 'Look at the network and the firewall.' },
  ECONNRESET: {
    hop: 'connection',
    says: 'breaks the connection off.',
    cure: 'Is it KES that listens there, or a proxy whose KES is away? KES’s log may say why.',
  },
  ETIMEDOUT: {
    hop: 'connection',
    says: 'did not answer in time.',
    cure: 'Look at the firewall, and whether KES is busy or hangs.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: { hop: 'connection', says: NO_TLS, cure: 'Is the port that of KES?' },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { hop: 'connection', says: NO_TLS, cure: 'Is the port that of KES?' },
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: {
    hop: 'connection',
    says: 'speaks no TLS version that the console does (1.2 or 1.3).',
    cure: 'Is it KES, and not a proxy before it?',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    hop: 'server-certificate',
    says: 'shows a certificate made for another name.',
    cure: 'Use the name in the certificate, or make one that holds this name or address.',
  },
  CERT_HAS_EXPIRED: {
    hop: 'server-certificate',
    says: 'shows a certificate that has expired.',
    cure: 'Renew it and restart KES, or send it SIGHUP. MinIO refuses it too; what runs may work until its connections end.',
  },
  CERT_NOT_YET_VALID: {
    hop: 'server-certificate',
    says: 'shows a certificate that is not valid yet.',
    cure: 'Compare the clocks of both hosts; if they agree, wait or make a new certificate.',
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: {
    hop: 'client-certificate',
    says: 'wants a client certificate and saw none.',
    cure: 'Give the console an identity. Where a proxy stands before KES, let it pass TLS through.',
  },
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: {
    hop: 'client-certificate',
    says: 'wants a client certificate and saw none that it takes.',
    cure: 'Give the console an identity. Where a proxy stands before KES, let it pass TLS through.',
  },
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: { hop: 'client-certificate', says: UNTRUSTED_CLIENT, cure: KNOWN_CA },
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: { hop: 'client-certificate', says: UNTRUSTED_CLIENT, cure: KNOWN_CA },
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: {
    hop: 'client-certificate',
    says: 'says that the console’s client certificate has expired.',
    cure: 'Renew it with the same private key: the identity stays, and the console reads the new file by itself.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
}

const SILENT: Trouble = {
  hop: 'connection',
  says: 'closed the connection without an answer.',
  cure: 'KES’s log says why.',
}
/** All that lies between a handshake and an answer is what the server makes of the client's certificate. */
const SILENT_AFTER_HANDSHAKE: Trouble = {
  hop: 'client-certificate',
  says: 'shook hands, and then closed the connection without an answer.',
  cure: 'KES’s log says why. Most often it does not take the client certificate that the console shows, or a proxy before KES passes none on.',
}

const TIME_OUTS = ['TimeoutError', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** No answer came. `cause` is the failure as undici met it. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  /** One sentence on what is wrong and what to do. */
  readonly diagnosis: string
  /** The call may have reached KES all the same. */
  readonly mayHaveArrived: boolean
  /** The time ran out. */
  readonly silent: boolean

  constructor(diagnosis: string, mayHaveArrived: boolean, cause: unknown) {
    super(diagnosis, { cause })
    this.diagnosis = diagnosis
    this.mayHaveArrived = mayHaveArrived
    this.silent = isTimeOut(cause)
  }
}

/**
 * Says why there is no answer. Over HTTP/1.1 a TLS 1.3 server that turns the client certificate down looks like a
 * closed socket, so that case is looked at again, once, with bare TLS.
 */
export async function diagnose(error: unknown, url: URL, look: () => Promise<TlsLook>): Promise<Unanswered> {
  const timeOut = isTimeOut(error)
  const code = timeOut ? 'ETIMEDOUT' : codeOf(error)
  const told = code === 'ECONNRESET' ? undefined : TROUBLES[code]
  const met = told ?? troubleOf(await look()) ?? SILENT
  const turnedAway = told !== undefined || (met.hop.endsWith('-certificate') && met !== SILENT_AFTER_HANDSHAKE)
  const mayHaveArrived = timeOut ? codeOf(error) !== 'UND_ERR_CONNECT_TIMEOUT' : !turnedAway
  return new Unanswered(`KES at ${url.host} ${met.says} ${met.cure}`, mayHaveArrived, error)
}

/** What a bare look met; null when it got its answer. */
export function troubleOf({ stage, code, untrusted }: TlsLook): Trouble | null {
  if (untrusted !== null) {
    return (
      TROUBLES[untrusted] ?? {
        ...UNTRUSTED,
        says: `shows a certificate that the console does not take (${untrusted}).`,
      }
    )
  }
  if (stage === 'answered') return null
  if (code !== 'ETIMEDOUT') return TROUBLES[code] ?? (stage === 'question' ? SILENT_AFTER_HANDSHAKE : SILENT)
  return STAYED_SILENT[stage]
}

const HANGING: Trouble = {
  hop: 'connection',
  says: 'takes the connection and then did not answer in time.',
  cure: 'What listens there hangs, or is no KES: look at its log, and restart it if it stays so.',
}

const STAYED_SILENT: Readonly<Record<Exclude<TlsLook['stage'], 'answered'>, Trouble>> = {
  address: TROUBLES.EAI_AGAIN!,
  connection: {
    hop: 'connection',
    says: 'did not answer in time: no connection comes about.',
    cure: 'Look at the firewall between, and whether its host is up.',
  },
  handshake: HANGING,
  question: HANGING,
}

const isTimeOut = (error: unknown) =>
  error instanceof Error && (TIME_OUTS.includes(error.name) || TIME_OUTS.includes(codeOf(error)))
