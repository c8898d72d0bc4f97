import * as z from 'zod/mini'
import { ADMIN, readJson, readSealedJson } from './replies.ts'
import type { Credentials, Minio, MinioCall } from './transport.ts'

/** A single rewrite takes MinIO the lock of IAM, and a notice to every peer. */
const WRITE_TIMEOUT_MS = 15_000
/** While MinIO has not loaded IAM, listings hang for good. */
const LIST_TIMEOUT_MS = 5_000

export const Status = z.enum(['enabled', 'disabled'])
export type Status = z.infer<typeof Status>

const UserInfo = z.object({
  status: Status,
  /** Names parted by commas. */
  policyName: z._default(z.string(), ''),
  memberOf: z._default(z.nullable(z.array(z.string())), []),
})

export interface User {
  readonly status: Status
  readonly policies: readonly string[]
  readonly groups: readonly string[]
}

const toUser = ({ status, policyName, memberOf }: z.infer<typeof UserInfo>): User => ({
  status,
  policies: namesIn(policyName),
  groups: memberOf ?? [],
})

const namesIn = (list: string) => list.split(',').filter((name) => name !== '')

const call = (minio: Minio, credentials: Credentials, { path, ...rest }: Omit<MinioCall, 'credentials'>) =>
  minio.send({ timeoutMs: WRITE_TIMEOUT_MS, ...rest, path: `${ADMIN}/${path}`, credentials })

/** All users by name, disabled ones too; admin:ListUsers. A sealed reply: 50 ms of Argon2id, so it is no call to poll with. */
export async function listUsers(minio: Minio, credentials: Credentials): Promise<ReadonlyMap<string, User>> {
  const { bytes } = await requestUsers(minio, credentials)
  const users = await readSealedJson(z.record(z.string(), UserInfo), credentials, bytes)
  return new Map(Object.entries(users).map(([name, user]) => [name, toUser(user)]))
}

/** As {@link listUsers}, still sealed: that MinIO answers at all says that it has loaded IAM. */
export const requestUsers = (minio: Minio, credentials: Credentials) =>
  call(minio, credentials, {
    method: 'GET',
    path: 'list-users',
    action: 'admin:ListUsers',
    timeoutMs: LIST_TIMEOUT_MS,
    maxReplyBytes: 64 * 2 ** 20,
  })

/** @throws AppError `not-found`; admin:GetUser */
export async function userInfo(minio: Minio, credentials: Credentials, name: string): Promise<User> {
  const query = { accessKey: name }
  const { bytes } = await call(minio, credentials, { method: 'GET', path: 'user-info', query, action: 'admin:GetUser' })
  return toUser(readJson(UserInfo, bytes))
}

/**
 * Sets, and so rewrites, a user; the secret stays as it is and never leaves MinIO. Works for disabled users.
 * Refused for the calling account itself, but not when it calls with temporary credentials. admin:EnableUser
 */
export async function setUserStatus(minio: Minio, credentials: Credentials, name: string, status: Status) {
  const query = { accessKey: name, status }
  await call(minio, credentials, { method: 'PUT', path: 'set-user-status', query, action: 'admin:EnableUser' })
}

const Group = z.object({
  status: Status,
  members: z._default(z.nullable(z.array(z.string())), []),
  policy: z._default(z.string(), ''),
})

/** @throws AppError `not-found`; admin:GetGroup */
export async function groupInfo(minio: Minio, credentials: Credentials, name: string) {
  const query = { group: name }
  const { bytes } = await call(minio, credentials, { method: 'GET', path: 'group', query, action: 'admin:GetGroup' })
  const { status, members, policy } = readJson(Group, bytes)
  return { status, members: members ?? [], policies: namesIn(policy) }
}

/** Sets, and so rewrites, a group. admin:EnableGroup */
export async function setGroupStatus(minio: Minio, credentials: Credentials, name: string, status: Status) {
  const query = { group: name, status }
  await call(minio, credentials, { method: 'PUT', path: 'set-group-status', query, action: 'admin:EnableGroup' })
}

/**
 * The policy document, to be sent back verbatim. MinIO keeps actions and resources as sets and words them in another order
 * at each call, so two texts are compared by what they mean. @throws AppError `not-found`; admin:GetPolicy
 */
export async function infoCannedPolicy(minio: Minio, credentials: Credentials, name: string): Promise<string> {
  const query = { name }
  const { bytes } = await call(minio, credentials, {
    method: 'GET',
    path: 'info-canned-policy',
    query,
    action: 'admin:GetPolicy',
  })
  return Buffer.from(bytes).toString()
}

/** Names of all policies, the built-in ones included. admin:ListUserPolicies */
export async function listCannedPolicies(minio: Minio, credentials: Credentials): Promise<string[]> {
  const { bytes } = await requestPolicies(minio, credentials)
  return Object.keys(readJson(z.record(z.string(), z.unknown()), bytes))
}

/** As {@link listCannedPolicies}, unread: MinIO answers 500 when it could not load IAM. */
export const requestPolicies = (minio: Minio, credentials: Credentials) =>
  call(minio, credentials, {
    method: 'GET',
    path: 'list-canned-policies',
    action: 'admin:ListUserPolicies',
    timeoutMs: LIST_TIMEOUT_MS,
    maxReplyBytes: 64 * 2 ** 20,
  })

/** Writes a policy. While MinIO has not loaded IAM it says 200 and writes plaintext: look first. admin:CreatePolicy */
export async function addCannedPolicy(minio: Minio, credentials: Credentials, name: string, document: string) {
  const query = { name }
  await call(minio, credentials, {
    method: 'PUT',
    path: 'add-canned-policy',
    query,
    body: document,
    action: 'admin:CreatePolicy',
  })
}
