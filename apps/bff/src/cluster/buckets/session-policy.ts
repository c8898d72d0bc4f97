/** MinIO takes no longer session policy. */
const MOST_CHARACTERS = 2048

/** A statement on the buckets, or on what lies below them: `/*`. */
type Allow = (actions: readonly string[], below?: string) => object

/** The session policy for work on some buckets; on all of them where the names are too many for a policy. */
export function sessionPolicy(buckets: readonly string[], statements: (allow: Allow) => readonly object[]): string {
  const named = policyOn(buckets, statements)
  return named.length <= MOST_CHARACTERS ? named : policyOn(['*'], statements)
}

const policyOn = (buckets: readonly string[], statements: (allow: Allow) => readonly object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements((Action, below = '') => ({
      Effect: 'Allow',
      Action,
      Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}${below}`),
    })),
  })
