import { KeyName } from '@strongroom/shared/keys'
import * as z from 'zod/mini'
import { base64Bytes } from '../crypto/base64-bytes.ts'
import { concat, fromText } from '../crypto/bytes.ts'
import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { badName, saidKes } from './answer.ts'
import { keystoreTrouble } from './status.ts'
import type { Kes } from './transport.ts'

/** A key as KES describes it. */
export interface KesKey {
  readonly name: string
  /** `AES256` or `ChaCha20`. */
  readonly algorithm: string
  /** ISO 8601 in UTC; null for key files of old releases, which carry no date. */
  readonly createdAt: string | null
  /** Identity, hex; null when KES does not know it. */
  readonly createdBy: string | null
}

/** Lets KES make a random key. `PUT /v1/key/create/<name>`; the cipher is KES's choice by its CPU. */
export async function createKey(kes: Kes, name: string): Promise<void> {
  await kes.call({ method: 'PUT', path: pathOf('create', name), act: 'create keys', once: true })
}

/**
 * Creates the key `name` from `material`, 32 bytes, which stay the caller's. `PUT /v1/key/import/<name>`. KES never
 * replaces a key.
 *
 * @throws AppError `already-exists`, `invalid-input` (name), `not-allowed`, `upstream-failed`, `upstream-unreachable`
 */
export async function importKey(kes: Kes, name: string, material: Secret<Uint8Array>, cipher: 'AES256'): Promise<void> {
  const path = pathOf('import', name)
  const body = material.expose((bytes) => importBody(bytes, cipher))
  try {
    await kes.call({ method: 'PUT', path, body, act: 'import keys', once: true })
  } finally {
    body.fill(0)
  }
}

/** `{"key":…,"cipher":…}` in bytes: a string of it could not be wiped. */
function importBody(material: Uint8Array, cipher: string): Uint8Array {
  if (material.length !== 32) throw new RangeError(`key material must be 32 bytes, got ${material.length}`)
  const encoded = base64Bytes(material)
  try {
    return concat(fromText('{"key":"'), encoded, fromText(`","cipher":"${cipher}"}`))
  } finally {
    encoded.fill(0)
  }
}

const Described = z.object({
  name: z.string(),
  algorithm: z.string(),
  created_at: z.optional(z.string()),
  created_by: z.optional(z.string()),
})
const NO_DATE = '0001-01-01T00:00:00Z'

/** `GET /v1/key/describe/<name>`. @throws AppError `not-found`; `upstream-failed` while the keystore is unreachable */
export async function describeKey(kes: Kes, name: string): Promise<KesKey> {
  const path = pathOf('describe', name)
  const reply = await knowing(kes, () => kes.call({ method: 'GET', path, act: 'describe keys' }))
  const { algorithm, created_at, created_by, ...key } = read(Described, reply)
  return { ...key, algorithm, createdAt: dateIn(created_at), createdBy: created_by || null }
}

/** Null also for what is no date. */
function dateIn(written: string | undefined): string | null {
  if (!written || written === NO_DATE) return null
  const date = new Date(written)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const Generated = z.object({ plaintext: z.string(), ciphertext: z.string() })

/**
 * A fresh data key, sealed under the key `name`. `PUT /v1/key/generate/<name>`.
 *
 * @param context bound as associated data: the same bytes open `sealed` again
 * @returns `key`, 32 bytes, to be wiped by the caller; `sealed`, opaque and safe to store
 */
export async function generateDataKey(kes: Kes, name: string, context: Uint8Array) {
  const body = { context: base64(context) }
  const path = pathOf('generate', name)
  const reply = await knowing(kes, () => kes.call({ method: 'PUT', path, body, act: 'generate data keys' }))
  const { plaintext, ciphertext } = read(Generated, reply)
  return { key: new Secret(ownBytes(plaintext)), sealed: ownBytes(ciphertext) }
}

const Decrypted = z.object({ plaintext: z.string() })

/**
 * Opens a sealed data key. `PUT /v1/key/decrypt/<name>`.
 *
 * @returns the data key, to be wiped by the caller
 * @throws AppError `not-found` (no such key); `upstream-failed`, for which {@link saidKes} `notAuthentic` tells other material
 *   or another context from a KES that is ill
 */
export async function decryptDataKey(
  kes: Kes,
  name: string,
  sealed: Uint8Array,
  context: Uint8Array,
): Promise<Secret<Uint8Array>> {
  const body = { ciphertext: base64(sealed), context: base64(context) }
  const path = pathOf('decrypt', name)
  const reply = await knowing(kes, () => kes.call({ method: 'PUT', path, body, act: 'decrypt data keys' }))
  return new Secret(ownBytes(read(Decrypted, reply).plaintext))
}

/** A name that KES refuses could also lead the path elsewhere (`..`), so it is never sent. */
function pathOf(operation: 'create' | 'import' | 'describe' | 'generate' | 'decrypt', name: string): string {
  if (!KeyName.safeParse(name).success) throw badName()
  return `/v1/key/${operation}/${name}`
}

/** KES says "key does not exist" also when a keystore folder is gone, so a 404 counts only with a reachable keystore. */
async function knowing(kes: Kes, ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    if (!saidKes(error, 'noKey')) throw error
    const trouble = await keystoreTrouble(kes)
    throw trouble === null ? error : new AppError('upstream-failed', trouble, { cause: error })
  }
}

function read<Shape extends z.ZodMiniType>(shape: Shape, reply: unknown): z.output<Shape> {
  const { success, data } = shape.safeParse(reply)
  if (success) return data
  throw new AppError('upstream-failed', 'What answers as KES does not speak as KES does: check the endpoint.')
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** Bytes outside Node's shared buffer pool, so that wiping them wipes the only copy. */
function ownBytes(encoded: string): Uint8Array {
  const pooled = Buffer.from(encoded, 'base64')
  const bytes = Uint8Array.from(pooled)
  pooled.fill(0)
  return bytes
}
