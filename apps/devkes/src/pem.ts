export type PemBlock = {
  /** What stands after BEGIN, such as `CERTIFICATE`. */
  readonly label: string
  /** From BEGIN to END. */
  readonly text: string
}

/** The PEM blocks of a file; what stands before each is passed over. @throws Error in KES's words when the rest is no block */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  let end = 0
  for (const match of text.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----$[\s\S]*?^-----END \1-----[ \t]*\r?$\n?/gm)) {
    blocks.push({ label: match[1]!, text: match[0] })
    end = match.index + match[0].length
  }
  if (text.length > end) throw new Error('https: no valid PEM data')
  return blocks
}
