import { createHash } from 'node:crypto'

/** The name of a bucket's record in the state folder: bucket names hold dots, names of records don't. */
export const recordOf = (bucket: string): string => createHash('sha256').update(bucket).digest('hex')
