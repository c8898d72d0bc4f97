import { zipSync } from 'fflate'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

export interface PolicyMapping {
  readonly kind: 'user' | 'group'
  readonly name: string
  /** All of them, at least one: an empty list would take every right away. */
  readonly policies: readonly string[]
}

/**
 * Sets, and so rewrites, which policies a user or group has. Works for disabled groups; a disabled user does not exist
 * for this call (`not-found`): see {@link importPolicyMapping}. admin:AttachUserOrGroupPolicy
 */
export async function setUserOrGroupPolicy(minio: Minio, credentials: Credentials, mapping: PolicyMapping) {
  const policyName = joined(mapping.policies)
  await minio.send({
    method: 'PUT',
    path: `${ADMIN}/set-user-or-group-policy`,
    query: { policyName, userOrGroup: mapping.name, isGroup: `${mapping.kind === 'group'}` },
    credentials,
    action: 'admin:AttachUserOrGroupPolicy',
    timeoutMs: 15_000,
  })
}

const assets = { user: 'user_mappings', group: 'group_mappings', sts: 'stsuser_mappings' } as const

const ImportReply = z.object({ failed: z.optional(z.record(z.string(), z.unknown())) })

/**
 * Rewrites one mapping by importing an archive with nothing else in it: the only way for disabled users, and for users
 * of an identity provider (`sts`). Never more than mappings: an import of service accounts deletes and makes them anew,
 * and switches disabled ones on. admin:ImportIAM
 *
 * @throws AppError `upstream-failed` where MinIO reports that it could not import it
 */
export async function importPolicyMapping(
  minio: Minio,
  credentials: Credentials,
  { kind, name, policies }: Omit<PolicyMapping, 'kind'> & { readonly kind: keyof typeof assets },
) {
  const mapping = { [name]: { version: 1, policy: joined(policies) } }
  const file = new TextEncoder().encode(JSON.stringify(mapping))
  const { bytes } = await minio.send({
    method: 'PUT',
    path: `${ADMIN}/import-iam-v2`,
    headers: { 'content-type': 'application/zip' },
    body: zipSync({ [`iam-assets/${assets[kind]}.json`]: file }),
    credentials,
    action: 'admin:ImportIAM',
    timeoutMs: 30_000,
  })
  const { failed = {} } = readJson(ImportReply, bytes)
  if (Object.values(failed).some((entries) => Array.isArray(entries) && entries.length > 0))
    throw new AppError('upstream-failed', 'MinIO could not import the policies of this account. Its own log says why.')
}

function joined(policies: readonly string[]): string {
  if (policies.length === 0) throw new RangeError('a mapping needs at least one policy')
  return policies.join(',')
}
