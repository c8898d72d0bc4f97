import * as z from 'zod/mini'

/** Accounts that were off when a backup was taken. */
export const SwitchedOff = z.object({
  /** An import switches these on again. */
  serviceAccounts: z.array(z.object({ accessKey: z.string(), sessionPolicy: z.boolean() })),
  /** An import switches these on again where the group does not exist. */
  groups: z.array(z.string()),
  /** An import keeps these off. */
  users: z.array(z.string()),
})
export type SwitchedOff = z.infer<typeof SwitchedOff>

/** A member of `svcaccts.json` as far as a restore looks at it; the rest of it goes back as it came. */
export const ExportedServiceAccount = z.looseObject({
  secretKey: z.string(),
  status: z._default(z.string(), 'on'),
  /** A policy document; null: all rights of its parent. */
  sessionPolicy: z._default(z.nullable(z.looseObject({})), null),
})
export const ExportedServiceAccounts = z.record(z.string(), ExportedServiceAccount)

const WithStatus = z.record(z.string(), z.object({ status: z._default(z.string(), 'enabled') }))

/**
 * The files of `iam-assets/` that an export always has, by MinIO's names.
 * Source: minio cmd/admin-handlers-users.go, iamExportFiles.
 */
export const IAM_FILES = [
  'policies.json',
  'users.json',
  'groups.json',
  'svcaccts.json',
  'user_mappings.json',
  'group_mappings.json',
  'stsuser_mappings.json',
].map((name) => `iam-assets/${name}`)

export const SERVICE_ACCOUNTS_FILE = 'iam-assets/svcaccts.json'

/** What is off in the files of an export. @throws Error when they are not of the form that MinIO writes */
export function switchedOffIn(files: Readonly<Record<string, Uint8Array>>): SwitchedOff {
  const accounts = Object.entries(readMembers(ExportedServiceAccounts, files[SERVICE_ACCOUNTS_FILE]))
  return {
    serviceAccounts: accounts
      .filter(([, { status }]) => status === 'off')
      .map(([accessKey, { sessionPolicy }]) => ({ accessKey, sessionPolicy: sessionPolicy !== null })),
    groups: disabled(files['iam-assets/groups.json']),
    users: disabled(files['iam-assets/users.json']),
  }
}

const disabled = (file: Uint8Array | undefined) =>
  Object.entries(readMembers(WithStatus, file))
    .filter(([, { status }]) => status === 'disabled')
    .map(([name]) => name)

/** The failure of JSON.parse is not kept: it quotes the text, which holds secrets. */
export function readMembers<T extends z.ZodMiniType>(schema: T, file: Uint8Array | undefined): z.output<T> {
  const read = z.safeParse(schema, parse(file ?? new Uint8Array()))
  if (read.success) return read.data
  throw new Error('The export of IAM is not of the form that MinIO writes.')
}

function parse(file: Uint8Array): unknown {
  try {
    // MinIO writes null for an empty map.
    return JSON.parse(Buffer.from(file).toString()) ?? {}
  } catch {
    return undefined
  }
}
