import { begin } from './api/begun.ts'
import { pageFiles, readsOf } from './page-files.ts'

/*
 * Runs before the rest of the code is here: on a slow line, what waits for one another is what makes a page late. Who may
 * see the page is asked, then what the page reads first, each when the one before it was answered well; its file comes
 * meanwhile.
 */
const base = new URL(document.baseURI).pathname.replace(/\/[^/]*$/, '')
const here = location.pathname.slice(base.length) || '/'
const page = pageFiles.find(({ path }) => fits(path, here))

void readInTurn(['/session', ...(page ? readsOf(page, location.search) : [])]) // Before the file, which comes in many: a browser has six lines.
page?.file?.().catch(() => {}) // When it is drawn, the page tells what failed.

async function readInTurn(reads: readonly string[]) {
  for (const read of reads) {
    const response = await begin(new URL(`${base}/api/v1${read}`, location.origin)).catch(() => undefined)
    if (!response?.ok) return // Whoever takes it tells why.
  }
}

/** The router's own patterns, as far as the pages use them: `:name`, and `:name?` at the end. */
function fits(pattern: string, path: string): boolean {
  const source = pattern.replace(/\/:\w+\?$/, '(/[^/]+)?').replace(/:\w+/g, '[^/]+')
  return new RegExp(`^${source}/?$`).test(path)
}
