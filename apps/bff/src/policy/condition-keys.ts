/**
 * The condition keys that MinIO takes in a policy, by their prefix. A policy with another key can't be created there.
 * Source: minio/pkg policy/condition/keyname.go (v3.1.3).
 */
const COMMON = [
  ...prefixed('s3', ['signatureversion', 'authType', 'signatureAge', 'x-amz-content-sha256', 'LocationConstraint']),
  ...prefixed('aws', ['Referer', 'SourceIp', 'UserAgent', 'SecureTransport', 'CurrentTime', 'EpochTime']),
  ...prefixed('aws', ['principaltype', 'userid', 'username', 'groups']),
  ...prefixed('ldap', ['user', 'username', 'groups']),
  ...prefixed('jwt', ['sub', 'iss', 'aud', 'jti', 'name', 'upn', 'groups', 'given_name', 'family_name', 'middle_name']),
  ...prefixed('jwt', ['nickname', 'preferred_username', 'profile', 'picture', 'website', 'email', 'gender']),
  ...prefixed('jwt', ['birthdate', 'phone_number', 'address', 'scope', 'client_id']),
]
const OTHERS = [
  ...prefixed('s3', ['x-amz-copy-source', 'x-amz-server-side-encryption', 'x-amz-metadata-directive']),
  ...prefixed('s3', ['x-amz-server-side-encryption-customer-algorithm', 'x-amz-storage-class', 'prefix', 'delimiter']),
  ...prefixed('s3', ['x-amz-server-side-encryption-aws-kms-key-id', 'max-keys', 'versionid', 'ExistingObjectTag']),
  ...prefixed('s3', ['object-lock-remaining-retention-days', 'object-lock-mode', 'object-lock-legal-hold']),
  ...prefixed('s3', ['object-lock-retain-until-date', 'RequestObjectTag', 'RequestObjectTagKeys']),
  'sts:DurationSeconds',
  'svc:DurationSeconds',
]
const KNOWN: ReadonlySet<string> = new Set([...COMMON, ...OTHERS])

/** Those that may stand as `${…}` in values and resources, in the order in which MinIO puts their values in. */
export const VARIABLES: readonly string[] = COMMON

/** Whether MinIO knows the key; `s3:ExistingObjectTag/colour` is one key with a variable part. */
export const isConditionKey = (key: string) => KNOWN.has(key.split('/', 1)[0]!)

/** Under which name MinIO looks a key up: `aws:SourceIp` is `SourceIp`, and `jwt:groups` the same as `aws:groups`. */
export const valueName = (key: string) => key.slice(key.indexOf(':') + 1)

function prefixed(prefix: string, names: readonly string[]) {
  return names.map((name) => `${prefix}:${name}`)
}
