import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { acmeVariables } from '../apps/sandbox/src/acme.ts'
import { root } from '../apps/sandbox/src/binaries.ts'

interface Credentials {
  readonly users: readonly { readonly secret: string }[]
  readonly serviceAccounts: readonly { readonly secretKey: string }[]
}

const { users, serviceAccounts } = JSON.parse(
  readFileSync(join(root, 'apps/sandbox/fixtures/acme-2021.credentials.json'), 'utf8'),
) as Credentials

const staticKey = acmeVariables.MINIO_KMS_SECRET_KEY!.split(':')[1]!
const material = Buffer.from(staticKey, 'base64')

/** Every secret of the sample cluster, in each form in which it could be written down. */
export const secrets: readonly string[] = [
  acmeVariables.MINIO_ROOT_PASSWORD!,
  staticKey,
  material.toString('latin1'),
  material.toString('hex'),
  ...users.map(({ secret }) => secret),
  ...serviceAccounts.map(({ secretKey }) => secretKey),
]

/** Which secrets are in `text`, plainly or as JSON and URLs write them; by their place in the list, never by value. */
export const leaksIn = (text: string): number[] =>
  secrets.flatMap((secret, index) =>
    [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)].some((form) => text.includes(form))
      ? [index]
      : [],
  )
