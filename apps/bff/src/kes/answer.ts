import * as z from 'zod/mini'
import { AppError } from '../errors.ts'

/** An answer of KES that is no success. Only for the log, and to be compared by the exact pair, as KES's own clients do. */
export class KesAnswer extends Error {
  override readonly name = 'KesAnswer'
  readonly status: number
  readonly said: string

  constructor(status: number, said: string) {
    super(`KES answered ${status}: ${said}`)
    this.status = status
    this.said = said
  }
}

const Refusal = z.object({ message: z.string(), error: z.optional(z.string()) })
const TEXT_LIMIT = 500

/** Reads an error body: JSON from KES itself, plain text from its router and TLS layer. */
export function readAnswer(status: number, body: string): KesAnswer {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return new KesAnswer(status, body.trim().slice(0, TEXT_LIMIT))
  }
  const { success, data } = Refusal.safeParse(json)
  return new KesAnswer(status, (success ? (data.error ?? data.message) : '').slice(0, TEXT_LIMIT))
}

/** What is asked of KES, for its log line and for what a refusal must name. */
export interface Asked {
  readonly path: string
  /** Completes "The console's KES identity may not …". */
  readonly act: string
  readonly host: string
  readonly identity: string
}

const ANSWERS = {
  noKey: [404, 'key does not exist'],
  keyExists: [400, 'key already exists'],
  notAuthentic: [400, 'decryption failed: ciphertext is not authentic'],
  notAllowed: [403, 'not authorized: insufficient permissions'],
  wantsCertificate: [400, 'tls: client certificate is required'],
  severalCertificates: [400, 'tls: received more than one client certificate'],
  keystoreUnreachable: [504, 'key store is not reachable'],
} as const

/** Whether KES said exactly this, here or as the cause of an {@link AppError}. */
export function saidKes(error: unknown, answer: keyof typeof ANSWERS): boolean {
  const met = error instanceof AppError ? error.cause : error
  const [status, said] = ANSWERS[answer]
  return met instanceof KesAnswer && met.status === status && met.said === said
}

/** The public face of a refusal. */
export function refusal(cause: KesAnswer, asked: Asked): AppError {
  if (saidKes(cause, 'noKey')) return new AppError('not-found', 'KES has no key of this name.', { cause })
  if (saidKes(cause, 'keyExists')) {
    const fields = [{ pointer: '/name', detail: 'There is already a key of this name in KES' }]
    return new AppError('already-exists', 'KES already has a key of this name; it was left as it is.', {
      cause,
      fields,
    })
  }
  if (cause.status === 400 && /^key name '.*' is empty, too long or contains invalid characters$/s.test(cause.said)) {
    return badName(cause)
  }
  if (cause.status === 403) {
    return new AppError(
      'not-allowed',
      `The console's KES identity ${asked.identity} may not ${asked.act}. Allow ${asked.path} for it in the KES policy.`,
      { cause },
    )
  }
  return new AppError('upstream-failed', explain(cause, asked), { cause })
}

export const badName = (cause?: unknown) =>
  new AppError('invalid-input', 'KES does not take this key name.', {
    cause,
    fields: [{ pointer: '/name', detail: 'Use 1 to 80 letters, digits, - or _; no - at the start or the end' }],
  })

function explain(cause: KesAnswer, { host, act }: Asked): string {
  if (saidKes(cause, 'notAuthentic')) {
    return 'KES did not open this: it was sealed under other key material, or for another context.'
  }
  if (saidKes(cause, 'wantsCertificate')) {
    return `KES at ${host} does not take the console's certificate as a client certificate: it must not be marked CA:TRUE.`
  }
  if (saidKes(cause, 'severalCertificates')) {
    return `KES at ${host} got more than one client certificate from the console, which it refuses.`
  }
  if (saidKes(cause, 'keystoreUnreachable')) {
    return `KES at ${host} can't reach its keystore. Look at the keystore (sealed Vault, expired credential, network) and at KES's log.`
  }
  if (cause.said.startsWith('Client sent an HTTP request to an HTTPS server')) {
    return `KES at ${host} wants HTTPS: let its endpoint begin with https://.`
  }
  if (cause.status >= 300 && cause.status < 400) {
    return `What answers at ${host} sends the console elsewhere (${cause.status}), which KES never does here: is a proxy in between?`
  }
  if (cause.status === 404)
    return `What answers at ${host} does not know this call: is it KES, and not older than 2023?`
  if (cause.status >= 500)
    return `KES at ${host} could not ${act} (${cause.status}). Its log says why; often it is the keystore.`
  return `KES at ${host} refused to ${act} (${cause.status}). KES's log says more.`
}
