import type { Reply, Route } from './api.ts'
import { badRequest, pageNotFound, redirect } from './reply.ts'

export type Routed = { route: Route; path: string; resource: string } | { reply: Reply }

/**
 * Finds the route of a request target, the way Go's ServeMux does: segments are compared decoded, so `%2F` never
 * separates; a path that is not clean, or lacks the slash of its route, is redirected.
 */
export function findRoute(routes: readonly Route[], method: string, target: string): Routed {
  const [escaped = '', query] = split(target, '?')
  const segments = decode(escaped)
  if (!escaped.startsWith('/') || !segments) return { reply: badRequest }
  const clean = cleanPath(escaped)
  const cleanSegments = decode(clean) ?? []
  const location = (path: string) => redirect(method, query === undefined ? path : `${path}?${query}`)
  const route = routes.find(({ path }) => covers(path, cleanSegments))
  if (!route && routes.some(({ path }) => covers(path, [...cleanSegments, '']))) return { reply: location(`${clean}/`) }
  if (clean !== escaped) return { reply: location(clean) }
  if (!route) return { reply: pageNotFound }
  const path = segments.join('/')
  return { route, path, resource: path.slice(route.path.length) }
}

function covers(routePath: string, segments: string[]): boolean {
  const wanted = routePath.split('/')
  const isPrefix = wanted.at(-1) === ''
  if (isPrefix) wanted.pop()
  const fits = isPrefix ? segments.length > wanted.length : segments.length === wanted.length
  return fits && wanted.every((segment, index) => segment === segments[index])
}

/** `undefined` when an escape is malformed. Bytes that are no UTF-8 become U+FFFD. */
function decode(escaped: string): string[] | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(escaped)) return undefined
  return escaped.split('/').map(decodeSegment)
}

const decodeSegment = (segment: string) =>
  segment.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))

/** Removes empty, `.` and `..` segments, and keeps a slash at the end. */
function cleanPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const slash = path.endsWith('/') && kept.length > 0 ? '/' : ''
  return `/${kept.join('/')}${slash}`
}

function split(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
