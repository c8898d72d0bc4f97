import * as z from 'zod/mini'
import { endpoint, NoContent, Nothing } from './endpoint.ts'

/** Both, or neither: then MinIO saves anew what it has, where it can. */
const AccessKeyPair = {
  accessKey: z.optional(z.string().check(z.minLength(1, 'Type the access key'), z.maxLength(1024))),
  secretKey: z.optional(z.string().check(z.minLength(1, 'Type the secret key'), z.maxLength(1024))),
}

/** Secrets of other systems that MinIO keeps. A migration leaves them alone: MinIO tries each at the other system first. */
export const listRemoteSecrets = endpoint({
  id: 'listRemoteSecrets',
  method: 'GET',
  path: '/iam/remote-secrets',
  summary: 'Tiers and bucket targets whose secrets MinIO keeps.',
  input: Nothing,
  reply: z.object({
    tiers: z.array(z.object({ name: z.string(), type: z.string(), endpoint: z.string() })),
    targets: z.array(
      z.object({
        bucket: z.string(),
        arn: z.string(),
        endpoint: z.string(),
        targetBucket: z.string(),
        accessKey: z.string(),
      }),
    ),
  }),
})

export const enterTierSecret = endpoint({
  id: 'enterTierSecret',
  method: 'PUT',
  path: '/iam/remote-secrets/tiers/:name',
  summary:
    'Save the tiers anew, sealed by the default key: with credentials entered for one of them, or with those that MinIO has.',
  input: z.object({ name: z.string(), ...AccessKeyPair }),
  reply: NoContent,
  status: 204,
})

export const enterTargetSecret = endpoint({
  id: 'enterTargetSecret',
  method: 'PUT',
  path: '/iam/remote-secrets/targets/:bucket',
  summary:
    'Save the targets of a bucket anew, sealed by the default key: with credentials entered again, or with those that MinIO has.',
  input: z.object({ bucket: z.string(), arn: z.string(), ...AccessKeyPair }),
  reply: NoContent,
  status: 204,
})
