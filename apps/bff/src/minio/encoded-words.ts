const ONE = /=\?UTF-8\?([bq])\?([^?]*)\?=/gi
const ALL = /^=\?UTF-8\?[bq]\?[^?]*\?=( +=\?UTF-8\?[bq]\?[^?]*\?=)*$/i

/**
 * What a metadata value was before MinIO wrote it in encoded words (RFC 2047), as it does with each that is not ASCII
 * (minio cmd/api-headers.go). It takes them back only as plain UTF-8. A value without encoded words stays.
 */
export function decodeWords(value: string): string {
  if (!ALL.test(value)) return value
  const bytes = [...value.matchAll(ONE)].map(([, kind, text]) =>
    kind!.toLowerCase() === 'b' ? Buffer.from(text!, 'base64') : quoted(text!),
  )
  return Buffer.concat(bytes).toString()
}

const quoted = (text: string) =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
