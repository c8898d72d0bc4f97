import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@strongroom/sandbox/binaries'
import { keystoreKeys, type Openers, staticKey } from './opening.ts'

export const FIXTURES = [
  'acme-2021',
  'kes-latest',
  'legacy-interrupted-4drives',
  'legacy-rootcred',
  'legacy-rootcred-4drives',
  'plaintext-2021',
  'plaintext-latest',
  'static-latest',
  'static-latest-4drives',
] as const
export type FixtureName = (typeof FIXTURES)[number]

export interface TruthItem {
  readonly path: string
  /** In the words of the truth file: `policy mapping`. */
  readonly kind: string
  readonly name?: string
  readonly state: 'plaintext' | 'root-credentials' | 'kms'
  readonly kmsKeyId?: string
  readonly storedSize: number
  readonly storedSha256: string
  readonly plainSha256: string
}

/** What lies in the metadata of a bucket. */
export interface TruthBucket {
  readonly path: string
  /** `absent`, `plaintext`, `kms`, or `kms (undecryptable here: …)` for the older form, which no server of today opens. */
  readonly bucketTargetsState: string
  readonly bucketTargetsKmsKeyId?: string
}

/** What is known of a fixture, from MinIO's own packages. */
export interface Truth {
  readonly rootUser: string
  readonly rootPassword: string
  /** `legacy-master-key`: for objects and bucket targets alone, and no server of today takes it. */
  readonly kms:
    | { readonly type: 'static'; readonly value: string }
    | { readonly type: 'kes'; readonly keyName: string }
    | { readonly type: 'legacy-master-key' }
    | null
  readonly backend: 'fs' | 'ec'
  readonly drives: number
  readonly bucketMetadata: readonly TruthBucket[]
  readonly items: readonly TruthItem[]
  readonly objects: readonly {
    readonly bucket: string
    readonly object: string
    readonly sse: string
    /** In bytes; of a plaintext object its size. */
    readonly storedSize: number
  }[]
}

const file = (name: string) => join(root, 'apps/sandbox/fixtures', name)

export const archiveOf = (name: FixtureName) => file(`${name}.tar.gz`)

export const truthOf = (name: FixtureName): Truth => JSON.parse(readFileSync(file(`${name}.truth.json`), 'utf8'))

export interface Identity {
  readonly accessKey: string
  readonly secretKey: string
}

export interface Credentials {
  readonly users: readonly { name: string; secret: string; status: 'enabled' | 'disabled' }[]
  readonly serviceAccounts: readonly (Identity & { parent: string; sessionPolicy: boolean })[]
}

/** All credentials in `acme-2021`. */
export const acmeCredentials = (): Credentials => JSON.parse(readFileSync(file('acme-2021.credentials.json'), 'utf8'))

/** What opens the items of a fixture as it was packed. */
export function openersOf({ rootUser, rootPassword, kms }: Truth, keystore?: string): Openers {
  const keys =
    keystore !== undefined ? keystoreKeys(keystore) : kms?.type === 'static' ? staticKey(kms.value) : new Map()
  return { root: { user: rootUser, password: rootPassword }, keys }
}
