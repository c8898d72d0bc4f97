import { API_PREFIX, type Endpoint } from '@strongroom/shared/endpoint'
import type * as z from 'zod/mini'

const { pathname } = new URL(document.baseURI)

/** The path below which the console is served, without a slash at the end: `''` or `/strongroom`. */
export const basePath = pathname.replace(/\/[^/]*$/, '')

/** Where `path` of an endpoint lies on this origin. */
export const apiUrl = (path: string) => new URL(`${basePath}${API_PREFIX}${path}`, location.origin)

/** The address of a file that the browser saves by itself: it sends the cookie with a plain link. */
export function downloadUrl<In extends z.ZodMiniObject>(endpoint: Endpoint<In>, input: z.input<In>): string {
  const rest = new Map<string, unknown>(Object.entries(input))
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name)
    rest.delete(name)
    return encodeURIComponent(String(value))
  })
  const url = apiUrl(path)
  for (const [name, value] of rest) url.searchParams.set(name, String(value))
  return url.href
}
