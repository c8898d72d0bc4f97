import type { RehearsalCheck } from '@strongroom/shared/key-deletion'
import type { Kms } from '@strongroom/shared/kms'
import { AppError } from '../errors.ts'
import { keyStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { admins, denials, type EndpointPolicies, shortIdentity } from './kes-denial.ts'
import { troubles } from './key-use-elsewhere.ts'

/** What MinIO says of a key that a policy of KES denies it. */
const DENIED = /insufficient permissions to perform KMS operation/

interface RehearsalGround {
  readonly name: string
  readonly kms: Kms
  readonly policies: readonly EndpointPolicies[] | null
  readonly refused: MinioOnKey
}

export interface Rehearsed {
  /** Does nobody get at the key? */
  readonly denied: readonly RehearsalCheck[]
  /** Would every node come up again? */
  readonly starts: readonly RehearsalCheck[]
}

/** With the key denied: nothing is stopped for it. What a start needs is its default key and its items; both are looked at. */
export const rehearse = ({ name, kms, policies, refused }: RehearsalGround): Rehearsed => ({
  denied: [policiesDeny(name, policies, kms), minioRefused(kms, refused)],
  starts: [defaultKeyWorks(name, kms), usersLoaded(kms)],
})

/** How a check that does not hold is told among what is in the way. */
export const blockerOf = ({ title, detail }: RehearsalCheck) => `${title}: ${detail}`

function policiesDeny(name: string, policies: readonly EndpointPolicies[] | null, kms: Kms): RehearsalCheck {
  const title = 'Every KES endpoint denies its use'
  if (policies === null) return { title, holds: null, detail: 'The console has no KES.' }
  const told = denials(policies, name)
  if (told === null) return { title, holds: null, detail: `The policies are not known. ${troubles(policies)}` }
  const unasked = unaskedEndpoints(policies, kms)
  if (unasked.length > 0)
    return {
      title,
      holds: null,
      detail: `MinIO uses KES at ${unasked.join(', ')}, which the console does not know by that name. Name it in the console’s MINIO_KMS_KES_ENDPOINT too.`,
    }
  const open = told.filter(({ denies }) => !denies)
  if (open.length > 0)
    return {
      title,
      holds: false,
      detail: `${open.map(({ policy }) => policy).join(', ')} ${open.length === 1 ? 'still allows' : 'still allow'} it. Deny it there in the configuration of every KES, and have each read it again (SIGHUP, or a restart).`,
    }
  const free = admins(policies)
  const admin =
    free.length > 0
      ? ` The admin of KES (${free.map(shortIdentity).join(', ')}) can’t be denied anything: see that nobody works with it, or disable the admin in KES’s configuration.`
      : ''
  return {
    title,
    holds: true,
    detail: `${told.length} policies at ${policies.length} ${policies.length === 1 ? 'endpoint deny' : 'endpoints deny'} it.${admin}`,
  }
}

/** Each KES has policies of its own, so one that MinIO alone knows may allow anything. */
function unaskedEndpoints(policies: readonly EndpointPolicies[], { kind, endpoints }: Kms): string[] {
  if (kind !== 'kes') return []
  const asked = new Set(policies.map(({ endpoint }) => new URL(endpoint).host))
  const hosts = endpoints.filter(({ url }) => URL.canParse(url)).map(({ url }) => new URL(url).host)
  return hosts.filter((host) => !asked.has(host))
}

/** What MinIO said when it tried the key: null, that it works. */
export type MinioOnKey = { readonly said: string | null } | { readonly trouble: string }

export async function tryByMinio(minio: Minio, credentials: Credentials, name: string): Promise<MinioOnKey> {
  try {
    return { said: (await keyStatus(minio, credentials, name)).error }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return { trouble: error.detail }
  }
}

function minioRefused({ kind }: Kms, found: MinioOnKey): RehearsalCheck {
  const title = 'MinIO itself is refused on it'
  if (kind === 'none' || kind === 'static') return { title, holds: true, detail: 'MinIO does not run on a KES.' }
  if ('trouble' in found) return { title, holds: null, detail: found.trouble }
  if (found.said === null) return { title, holds: false, detail: 'MinIO still makes and opens data keys with it.' }
  if (DENIED.test(found.said)) return { title, holds: true, detail: 'KES refused MinIO by policy.' }
  return {
    title,
    holds: null,
    detail: 'MinIO failed on it for another reason than a policy, so this shows nothing. See the KMS page.',
  }
}

function defaultKeyWorks(name: string, { kind, defaultKey, keyWorks, keyError }: Kms): RehearsalCheck {
  const title = 'MinIO’s default key works'
  if (kind === 'none') return { title, holds: true, detail: 'MinIO runs without a KMS, and so without a default key.' }
  if (defaultKey === name) return { title, holds: false, detail: 'It is this key.' }
  if (keyWorks === true)
    return { title, holds: true, detail: `${defaultKey ?? 'It'} made a data key and opened it again.` }
  return { title, holds: keyWorks, detail: keyError ?? 'Its round trip could not be tried.' }
}

function usersLoaded({ iamLoaded }: Kms): RehearsalCheck {
  const title = 'MinIO has loaded its users'
  if (iamLoaded === true) return { title, holds: true, detail: 'MinIO listed its users and policies.' }
  return {
    title,
    holds: iamLoaded,
    detail: iamLoaded === null ? 'It could not be told.' : 'It has not: an item can’t be opened.',
  }
}
