import { API_PREFIX } from '@strongroom/shared/endpoint'

const { pathname } = new URL(document.baseURI)

/** The path below which the console is served, without a slash at the end: `''` or `/strongroom`. */
export const basePath = pathname.replace(/\/[^/]*$/, '')

/** Where `path` of an endpoint lies on this origin. */
export const apiUrl = (path: string) => new URL(`${basePath}${API_PREFIX}${path}`, location.origin)
