/** As Go writes them, in these letters alone: mail programs, whose subjects people keep as metadata, write `=?UTF-8?B?`. */
const ONE = /=\?UTF-8\?([bq])\?([^?]*)\?=/g
const ALL = /^=\?UTF-8\?[bq]\?[^?]*\?=( +=\?UTF-8\?[bq]\?[^?]*\?=)*$/
/** Go leaves such a text as it is. */
const HARMLESS = /^[\t\x20-\x7e]*$/

/**
 * What a metadata value was before MinIO wrote it in encoded words (RFC 2047), as it does with each that is not ASCII
 * (minio cmd/api-headers.go). It takes them back only as plain UTF-8. A value without encoded words stays, and so do
 * words that MinIO would not have written: somebody stored them as they are.
 */
export function decodeWords(value: string): string {
  if (!ALL.test(value)) return value
  const bytes = [...value.matchAll(ONE)].map(([, kind, text]) =>
    kind === 'b' ? Buffer.from(text!, 'base64') : quoted(text!),
  )
  const text = Buffer.concat(bytes).toString()
  return HARMLESS.test(text) ? value : text
}

const quoted = (text: string) =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
