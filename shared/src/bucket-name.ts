import * as z from 'zod/mini'

export const EncryptionMode = z.enum(['none', 'sse-s3', 'sse-kms'])
export type EncryptionMode = z.infer<typeof EncryptionMode>

/** 3–63 characters as S3 has them; MinIO's own check says the rest. */
export const BucketName = z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'That is no bucket name'))

/** The input of a call about one bucket. */
export const Named = z.object({ bucket: BucketName })

/** Some buckets, each once. */
export const BucketNames = z.array(BucketName).check(z.minLength(1, 'Choose a bucket'), z.maxLength(5_000))

/** Room for the names of {@link BucketNames}. */
export const NAMES_BYTES = 512 * 1024
