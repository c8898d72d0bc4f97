import * as z from 'zod/mini'
import { endpoint, Instant, NoContent } from './endpoint.ts'

/** 1–80 of `[0-9A-Za-z_-]`, no dash at either end, not a lone `_`: KES's own rule (kes auth.go, validName). */
export const KeyName = z
  .string()
  .check(z.regex(/^(?!_$)(?!-)[\w-]{1,80}(?<!-)$/, 'Use 1 to 80 letters, digits, - or _; no - at the start or the end'))
export type KeyName = z.infer<typeof KeyName>

export const Named = z.object({ name: KeyName })

/**
 * A data key that the console had KES seal under this key, and has it open again on a schedule: it shows at once that the
 * material was replaced or lost. It proves name and material, not that MinIO gets at the key.
 */
export const KeyCanary = z.object({
  /** `opens`; `replaced`: KES has other material under the name; `missing`: no such key; `unknown`: KES could not be asked. */
  state: z.enum(['opens', 'replaced', 'missing', 'unknown']),
  sealedAt: Instant,
  /** Since when the state holds. */
  since: Instant,
  checkedAt: Instant,
  detail: z.string(),
})
export type KeyCanary = z.infer<typeof KeyCanary>

/** Whether a second copy of a key has ever been shown to work. */
export const KeyBackup = z.object({
  /** The last drill in which a KES restored from backup opened data keys of this cluster under this name. */
  provenAt: z.nullable(Instant),
  drill: z.nullable(z.string()),
  /** A sealed copy that the console made when it made the key: it exists, nobody has tried it. */
  escrowAt: z.nullable(Instant),
})
export type KeyBackup = z.infer<typeof KeyBackup>

/** How far a deletion has come. A marked key stays usable; a quarantined one is denied by the policies of KES. */
export const DeletionStage = z.enum(['marked', 'quarantined'])
export type DeletionStage = z.infer<typeof DeletionStage>

export const KeyDetails = z.object({
  name: z.string(),
  algorithm: z.nullable(z.string()),
  /** Null when KES does not know it. */
  createdAt: z.nullable(Instant),
  /** The identity that made it, as KES reports it. */
  createdBy: z.nullable(z.string()),
  /** It is the key MinIO uses by default now. */
  isDefault: z.boolean(),
  /** Null: the console keeps none for this key. */
  canary: z.nullable(KeyCanary),
  backup: KeyBackup,
  deletion: z.nullable(DeletionStage),
  /** The last proof on the cluster's own data; null when none was made. */
  provenAt: z.nullable(Instant),
})
export type KeyDetails = z.infer<typeof KeyDetails>

export const listKeys = endpoint({
  id: 'listKeys',
  method: 'GET',
  path: '/keys',
  summary: 'The names of the keys in KES, sorted; complete, also beyond the 1,024 names of one KES listing.',
  input: z.object({
    prefix: z.optional(z.string().check(z.regex(/^[\w-]{0,80}$/, 'Letters, digits, - and _ only'))),
    after: z.optional(z.string().check(z.maxLength(80))),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1000),
  }),
  reply: z.object({
    source: z.literal('kes'),
    keys: z.array(
      z.object({
        name: z.string(),
        isDefault: z.boolean(),
        canary: z.nullable(KeyCanary.shape.state),
        deletion: z.nullable(DeletionStage),
      }),
    ),
    next: z.optional(z.string()),
  }),
})

export const createKey = endpoint({
  id: 'createKey',
  method: 'POST',
  path: '/keys',
  summary: 'Let KES make a new random key.',
  input: Named,
  reply: KeyDetails,
  status: 201,
})

export const readKey = endpoint({
  id: 'readKey',
  method: 'GET',
  path: '/keys/:name',
  summary: 'One key: algorithm, when it was made and by whom.',
  input: Named,
  reply: KeyDetails,
})

/** Where a data key that was tried lies: enough to find it again, nothing of its content. */
export const ProofSample = z.object({
  from: z.enum(['iam', 'object']),
  path: z.string(),
  opened: z.boolean(),
  note: z.optional(z.string()),
})

export type ProofSample = z.infer<typeof ProofSample>

export const KeyProof = z.object({
  name: z.string(),
  verdict: z.enum(['proven', 'wrong-material', 'nothing-to-open', 'key-missing']),
  /** Data keys of this cluster under that name that KES opened, and those it did not. */
  opened: z.int(),
  failed: z.int(),
  samples: z.array(ProofSample),
  /** KES opens what the console sealed under the material at hand, and the other way round; null without any. */
  sameMaterial: z.nullable(z.boolean()),
  /** That material: of a source on the server, of a wrapped import, or of a key made here. Null: it was not compared. */
  comparedWith: z._default(z.nullable(z.enum(['source', 'wrapped', 'made'])), null),
  detail: z.string(),
  at: Instant,
})
export type KeyProof = z.infer<typeof KeyProof>

export const proveKey = endpoint({
  id: 'proveKey',
  method: 'POST',
  path: '/keys/:name/proof',
  summary: 'Does this key in KES open what the cluster has sealed under that name? Samples come from the drives alone.',
  input: Named,
  reply: KeyProof,
})

/** A place on the server that holds key material. Only its name and its fingerprint leave the server. */
export const KeySource = z.object({
  id: z.string(),
  label: z.string(),
  /** The only name under which its material may be imported. */
  keyName: z.string(),
  /** First 16 hex digits of HMAC-SHA256(material, "strongroom fingerprint v1 " + name). Null when it can't be read. */
  fingerprint: z.nullable(z.string()),
  /** Why it can't be used, or what to know about it. */
  warning: z.nullable(z.string()),
})
export type KeySource = z.infer<typeof KeySource>

/** A public key for one import: what is wrapped with it can be opened once, by this process, within minutes. */
export const KeyWrapping = z.object({
  /** RSA-3072, SubjectPublicKeyInfo. */
  publicKeyPem: z.string(),
  algorithm: z.literal('RSA-OAEP-SHA256'),
  /** Names the wrapping key; bound to the caller, this cluster and the key name asked for. */
  token: z.string(),
  expiresAt: Instant,
  /** Null: asked for without a name, so it is bound to the name of its one use. */
  keyName: z.nullable(z.string()),
})
export type KeyWrapping = z.infer<typeof KeyWrapping>

export const readKeyImport = endpoint({
  id: 'readKeyImport',
  method: 'GET',
  path: '/key-import',
  summary: 'From where a key may be imported, and a one-time public key to wrap material with.',
  input: z.object({ name: z.optional(KeyName) }),
  reply: z.object({
    sources: z.array(KeySource),
    /** Null to whom may not import (this key). */
    wrapping: z.nullable(KeyWrapping),
  }),
})

/** The sealed second copy of a key that the console made: an age file, which no server can open. */
export const KeyEscrow = z.object({
  /** Its file name, in the backup folder of the console. */
  file: z.string(),
  /** The whole age file, armored, to be kept elsewhere as well. */
  sealed: z.string(),
  recipient: z.string(),
  /** Of the material: `strongroom escrow open` prints the same. */
  fingerprint: z.string(),
})
export type KeyEscrow = z.infer<typeof KeyEscrow>

/** Base64 of 384 bytes, with room to say that it is too long rather than that it does not fit. */
const WrappedKey = z.string().check(z.minLength(1, 'Give the wrapped key, base64'), z.maxLength(4096))

export const importKey = endpoint({
  id: 'importKey',
  method: 'POST',
  path: '/keys/:name/import',
  summary:
    'Import key material into KES: from a place on the server, wrapped, or made here with a sealed copy. Creates only, never replaces; then proves it.',
  input: z.extend(Named, {
    source: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('server'), id: z.string().check(z.minLength(1), z.maxLength(200)) }),
      z.object({ kind: z.literal('wrapped'), token: z.string().check(z.maxLength(200)), wrappedKey: WrappedKey }),
      /** `recipient`: age1…, whose identity is kept offline. */
      z.object({ kind: z.literal('generate'), recipient: z.string().check(z.maxLength(200)) }),
    ]),
  }),
  reply: z.object({ proof: KeyProof, escrow: z.optional(KeyEscrow) }),
  status: 201,
})

export const keepCanary = endpoint({
  id: 'keepCanary',
  method: 'PUT',
  path: '/keys/:name/canary',
  summary: 'Have KES seal a canary under this key and open it on a schedule. Sealed anew when there is one.',
  input: Named,
  reply: KeyCanary,
})

export const dropCanary = endpoint({
  id: 'dropCanary',
  method: 'DELETE',
  path: '/keys/:name/canary',
  summary: 'Keep no canary for this key any more.',
  input: Named,
  reply: NoContent,
  status: 204,
})
