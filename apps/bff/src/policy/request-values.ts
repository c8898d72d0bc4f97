/**
 * What MinIO would know of a request when it evaluates conditions: values by the name without prefix (`SourceIp`). A name
 * that is not there has no value in the request; null: it may have one, and nobody here knows which.
 */
export type RequestValues = ReadonlyMap<string, readonly string[] | null>

export interface RequestFacts {
  /** The parent account. */
  readonly account: string
  readonly root: boolean
  /** Claims of the session token. */
  readonly claims: Readonly<Record<string, unknown>>
  /** As MinIO is told it (`X-Forwarded-For`); null where that is not known. */
  readonly clientAddress: string | null
  /** Whether the connection to MinIO is TLS; null where that is not known. */
  readonly overTls: boolean | null
  readonly now: Date
}

/**
 * The values of an admin or KMS request that the console signs for the caller: temporary credentials in the header, no
 * `User-Agent`, no `Referer`. Source: minio cmd/bucket-policy.go, getConditionValues.
 */
export function requestValues(facts: RequestFacts): RequestValues {
  const { account, root, claims, clientAddress, overTls, now } = facts
  const values = new Map<string, readonly string[] | null>([
    ['CurrentTime', [now.toISOString().replace(/\.\d+Z$/, 'Z')]],
    ['EpochTime', [`${Math.floor(now.getTime() / 1000)}`]],
    ['SecureTransport', overTls === null ? null : [`${overTls}`]],
    ['SourceIp', clientAddress === null ? null : [clientAddress]],
    ['UserAgent', ['']],
    ['Referer', ['']],
    ['principaltype', [root ? 'Account' : 'AssumedRole']],
    ['userid', [account]],
    ['username', [account]],
    ['versionid', ['']],
    ['signatureversion', ['AWS4-HMAC-SHA256']],
    ['authType', ['REST-HEADER']],
    ['x-amz-content-sha256', null],
    // Where the token does not name them, MinIO takes those of the account, which it does not tell.
    ['groups', null],
  ])
  for (const [claim, value] of Object.entries(claims)) {
    if (typeof value === 'string') values.set(claim.replace(/^ldap/, '').toLowerCase(), [value])
  }
  const { groups } = claims
  if (Array.isArray(groups)) {
    const named = groups.filter((group) => typeof group === 'string')
    if (named.length > 0) values.set('groups', named)
  }
  return values
}
