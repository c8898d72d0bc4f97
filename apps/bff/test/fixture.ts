import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@strongroom/sandbox/binaries'
import { keystoreKeys, type Openers, staticKey } from './opening.ts'

export type FixtureName = 'acme-2021' | 'static-latest-4drives' | 'plaintext-latest' | 'kes-latest'

export interface TruthItem {
  readonly path: string
  /** In the words of the truth file: `policy mapping`. */
  readonly kind: string
  readonly state: 'plaintext' | 'root-credentials' | 'kms'
  readonly kmsKeyId?: string
  readonly storedSize: number
  readonly storedSha256: string
  readonly plainSha256: string
}

/** What is known of a fixture, from MinIO's own packages. */
export interface Truth {
  readonly rootUser: string
  readonly rootPassword: string
  readonly kms:
    | { readonly type: 'static'; readonly value: string }
    | { readonly type: 'kes'; readonly keyName: string }
    | null
  readonly drives: number
  readonly items: readonly TruthItem[]
  readonly objects: readonly { readonly bucket: string; readonly object: string; readonly sse: string }[]
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
