import { KES_PATHS } from './kes-policy.ts'
import { isServed } from './kes-policy-reach.ts'

/** APIs that KES dropped in 2023 and 2024: it answers 404 there whatever a policy says. */
const GONE =
  /^\/v1\/(secret|enclave)(\/|\*?$)|^\/v1\/policy\/(write|assign|delete)|^\/v1\/identity\/(assign|delete)|^\/v1\/key\/bulk/

export const isGone = (pattern: string): boolean => GONE.test(pattern)

/** The pattern that was meant by one that covers nothing KES serves; null when none comes to mind. */
export function meantBy(pattern: string): string | null {
  if (isGone(pattern)) return null
  const attempts = [pattern.trim(), withSlashes(pattern.trim()), decoded(pattern.trim())]
  const plain = attempts.find((attempt) => attempt !== pattern && isServed(attempt))
  return plain ?? spelled(withSlashes(pattern.trim()))
}

/** One slash before, none doubled, none behind a path that has no name; a name's place filled. */
function withSlashes(pattern: string): string {
  const clean = `/${pattern}`.replace(/\/{2,}/g, '/').replace(/\*[*/]*$/, '*')
  if (isServed(clean)) return clean
  const bare = clean.replace(/\/$/, '')
  if (isServed(bare)) return bare
  return wantsName(bare) ? `${bare}/*` : clean
}

/** Whether this is the path of an act, but for the slash and the name behind it. */
export const wantsName = (path: string): boolean => Object.values(KES_PATHS).includes(`${path}/`)

function decoded(pattern: string): string {
  try {
    return decodeURIComponent(pattern)
  } catch {
    return pattern
  }
}

const MOST_WRONG = 2

/** The nearest path of KES with at most two letters amiss; what follows it is kept. */
function spelled(pattern: string): string | null {
  const found = Object.values(KES_PATHS)
    .map((path) => {
      const depth = path.split('/').length
      const written = pattern.split('/').slice(0, depth)
      if (path.endsWith('/')) written[depth - 1] = ''
      const rest = path.endsWith('/')
        ? pattern
            .split('/')
            .slice(depth - 1)
            .join('/')
        : ''
      return { attempt: path + (path.endsWith('/') ? rest || '*' : ''), wrong: lettersAmiss(written.join('/'), path) }
    })
    .filter(({ attempt, wrong }) => wrong <= MOST_WRONG && isServed(attempt))
    .toSorted((a, b) => a.wrong - b.wrong)
  const [best, next] = found
  return best === undefined || best.wrong === next?.wrong ? null : best.attempt
}

/** Letters to add, drop or change, case apart (Levenshtein). */
function lettersAmiss(a: string, b: string): number {
  const from = a.toLowerCase()
  const to = b.toLowerCase()
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + Number(from[i - 1] !== to[j - 1])
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
