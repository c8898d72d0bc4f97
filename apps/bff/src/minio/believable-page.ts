import { AppError } from '../errors.ts'
import { bareKeyName } from './buckets.ts'
import { type ListingDocument, type ListingEntry, type ListingForm, readListing } from './listing-document.ts'
import type { ListedObject } from './object-listing.ts'
import { sealIn } from './objects.ts'

/**
 * A page of a listing with metadata. A name of metadata that makes the document say what somebody likes is known by its
 * form: fewer and fewer are asked for then, until its object is alone, of which it stays open what seals it.
 *
 * @param ask sends the call with these members of its query, and gives the text of the reply
 * @param limit 1000 at most
 * @throws AppError `upstream-failed` for a reply that is no listing: an empty one would say that there is nothing
 */
export async function believablePage(
  form: ListingForm,
  limit: number,
  ask: (query: Readonly<Record<string, string>>) => Promise<string>,
): Promise<ListingDocument> {
  for (let most = limit; most >= 1; most = Math.floor(most / 2)) {
    const page = pageIn(await ask({ 'max-keys': `${most}`, metadata: 'true' }), form)
    if (page !== null) return page
  }
  return pageIn(await ask({ 'max-keys': '1' }), form) ?? notAListing()
}

function pageIn(text: string, form: ListingForm): ListingDocument | null {
  if (!text.includes(`<${form.root}`)) return notAListing()
  const document = readListing(text, form)
  return document?.rest.has('IsTruncated') ? document : null
}

/** What listings of all kinds say of an object. */
export function objectIn({ texts, sealing }: ListingEntry): ListedObject {
  return {
    key: decoded(texts.get('Key')),
    sizeBytes: Number(texts.get('Size') ?? 0),
    modifiedAt: texts.get('LastModified') ?? '',
    storageClass: texts.get('StorageClass') || 'STANDARD',
    ...sealOf(sealing),
  }
}

function sealOf(sealing: ListingEntry['sealing']): Pick<ListedObject, 'mode' | 'kmsKey'> {
  // Left out, as MinIO does without a word where s3:GetObject is missing.
  if (sealing === null) return { mode: 'unknown' }
  const { mode, key, headers } = sealIn(sealing)
  // Sealed in a way that is not known here.
  if (mode === 'none' && headers.length > 0) return { mode: 'unknown' }
  return { mode, ...(key !== undefined && { kmsKey: bareKeyName(key) }) }
}

/** Keys may hold what XML can't, so they are sent percent-encoded. */
export function decoded(text = ''): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return notAListing()
  }
}

export function notAListing(): never {
  throw new AppError('upstream-failed', 'MinIO listed a bucket in a form this console does not know.')
}
