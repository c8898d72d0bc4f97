const PART = /\{(\d+)\.\.\.(\d+)\}|\{([^{}]*)\}|\[([^\]]+)\]|\*|\?|[\s\S]/g

/** A matcher for whole names: `*`, `?`, `[a-c]`, `{a,b}`, and the ranges of MinIO's own command line, `{1...4}`. */
export function globMatcher(glob: string): (name: string) => boolean {
  const pattern = new RegExp(`^(?:${translate(glob)})$`)
  return (name) => pattern.test(name)
}

const translate = (glob: string): string =>
  glob.replace(PART, (part: string, from?: string, to?: string, list?: string, set?: string) => {
    if (from !== undefined && to !== undefined) return `(?:${range(Number(from), Number(to)).join('|')})`
    if (list !== undefined) return `(?:${list.split(',').map(translate).join('|')})`
    if (set !== undefined) return `[${set.replace(/^!/, '^').replace(/[\\[\]]/g, '\\$&')}]`
    if (part === '*') return '.*'
    return part === '?' ? '.' : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })

function range(from: number, to: number): number[] {
  if (to < from || to - from > 1_000) throw new Error(`The range {${from}...${to}} names no drives.`)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
