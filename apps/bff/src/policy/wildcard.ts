/**
 * Whether `text` fits `pattern`, in which `*` stands for any bytes, none included, and `?` for exactly one. There is no
 * escape. MinIO compares bytes, not characters: `?` does not cover an umlaut.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [wanted, given] = [bytesOf(pattern), bytesOf(text)]
  let at = 0
  let from = 0
  /** Where to go on when what follows the last star does not fit: behind the star, one byte further on in the text. */
  let retry: { at: number; from: number } | null = null
  while (from < given.length) {
    if (wanted[at] === '*') {
      retry = { at: ++at, from }
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[from])) {
      at++
      from++
    } else if (retry !== null) {
      retry.from++
      ;({ at, from } = retry)
    } else {
      return false
    }
  }
  while (wanted[at] === '*') at++
  return at === wanted.length
}

/** One character for each byte. */
const bytesOf = (text: string) => Buffer.from(text).toString('latin1')
