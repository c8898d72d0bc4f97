import { randomFillSync } from 'node:crypto'
import type { KeyEscrow } from '@strongroom/shared/keys'
import { AppError } from '../errors.ts'
import { KesAnswer, saidKes } from '../kes/answer.ts'
import { Unanswered } from '../kes/diagnosis.ts'
import { importKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { Secret } from '../secret.ts'
import { EscrowFolder, type EscrowOrder, sealEscrow } from './escrow.ts'
import { sameMaterial } from './same-material.ts'

/** KES under the identities that an import takes. */
export interface ImportDoors {
  readonly import: Kes
  readonly prove: Kes
}

/**
 * Makes the key `name` of `material`, which stays the caller's. A key that exists is never replaced: it is compared, and
 * the refusal says what was found.
 *
 * @throws AppError `already-exists`, `invalid-input`, `not-allowed`, `upstream-failed`, `upstream-unreachable`
 */
export async function bringIn(kes: ImportDoors, name: string, material: Secret<Uint8Array>): Promise<void> {
  const found = await tryImport(kes, name, material)
  if (found !== null) throw alreadyThere(name, found)
}

/** A key that was there already. */
interface Found {
  /** Null: it could not be told. */
  readonly same: boolean | null
  readonly cause?: unknown
}

/** Null: it is made. */
async function tryImport(kes: ImportDoors, name: string, material: Secret<Uint8Array>): Promise<Found | null> {
  try {
    await importKey(kes.import, name, material, 'AES256')
    return null
  } catch (error) {
    if (saidKes(error, 'keyExists')) return compare(kes.prove, name, material)
    // KES may have done it without being heard: that the key is there now with this material settles it.
    if (!isRefusal(error) && (await compare(kes.prove, name, material)).same === true) return null
    throw error
  }
}

const compare = (kes: Kes, name: string, material: Secret<Uint8Array>): Promise<Found> =>
  sameMaterial(kes, name, material).then(
    (same) => ({ same }),
    (cause: unknown) => ({ same: null, cause }),
  )

export interface MadeKey {
  /** To be wiped by the caller. */
  readonly material: Secret<Uint8Array>
  readonly escrow: KeyEscrow
}

/**
 * Makes a key of 32 random bytes of this process, together with a sealed copy for somebody offline: KES gives no key out
 * again, so this is the one moment in which a second copy can be made. The copy is on the disk before KES gets the key.
 *
 * @throws AppError as {@link bringIn}; `internal` when the copy can't be written
 */
export async function makeWithEscrow(kes: ImportDoors, order: EscrowOrder, backupDir: string): Promise<MadeKey> {
  const { keyName, recipient } = order
  const material = new Secret(randomFillSync(new Uint8Array(32)))
  try {
    const madeAt = new Date()
    const { sealed, fingerprint } = await sealEscrow(material, order, madeAt)
    const folder = new EscrowFolder(backupDir)
    const pending = await folder.put(keyName, sealed, madeAt)
    await settle(folder, pending, () => tryImport(kes, keyName, material))
    return { material, escrow: { file: await folder.confirm(pending), sealed, recipient, fingerprint } }
  } catch (error) {
    material[Symbol.dispose]()
    throw error
  }
}

/** Unless the key was made, its copy goes; and stays where that can't be told. */
async function settle(folder: EscrowFolder, pending: string, make: () => Promise<Found | null>): Promise<void> {
  const found = await make().catch(async (error: unknown) => {
    if (!isRefusal(error)) throw keptFor(pending, error)
    await folder.drop(pending)
    throw error
  })
  // "Exists", with these very bytes: the first endpoint made it and was not heard.
  if (found === null || found.same === true) return
  if (found.same === null) throw keptFor(pending, exists(THERE, found.cause))
  await folder.drop(pending)
  throw exists(THERE)
}

const THERE = 'KES already has a key of this name; it was left as it is.'

const keptFor = (pending: string, error: unknown) =>
  error instanceof AppError
    ? new AppError(
        error.code,
        `${error.detail} Whether KES has the new key is not known, so its sealed copy stays, as keys/${pending} in the backup folder.`,
        { cause: error },
      )
    : error

/** It was certainly not done. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof AppError)) return false
  const { code, cause } = error
  if (cause instanceof Unanswered) return !cause.mayHaveArrived
  if (cause instanceof KesAnswer) return cause.status < 500
  return code !== 'upstream-failed' && code !== 'upstream-unreachable'
}

function alreadyThere(name: string, { same, cause }: Found): AppError {
  if (same === true) {
    return exists(
      `KES already has the key "${name}", with the same material: each opens what the other sealed. There is nothing to import.`,
    )
  }
  if (same === false) return exists(otherMaterial(name))
  const why = cause instanceof AppError ? ` ${cause.detail}` : ''
  return exists(
    `KES already has a key "${name}"; it was left as it is. Whether it has the same material could not be told.${why}`,
    cause,
  )
}

const otherMaterial = (name: string) =>
  `KES already has a key "${name}", with other material; it was left as it is. Often it comes from old instructions: "kes key create NAME BASE64" ignores the material and makes a random key. Do not move MinIO to it. While MinIO still runs on the static key nothing is lost: keep that. If nothing was sealed by the key in KES yet, which its proof and its usage show, delete that key and import this one.`

const exists = (detail: string, cause?: unknown) =>
  new AppError('already-exists', detail, {
    cause,
    fields: [{ pointer: '/name', detail: 'There is already a key of this name in KES' }],
  })
