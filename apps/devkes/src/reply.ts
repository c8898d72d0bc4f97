import type { Reply } from './api.ts'
import type { ApiError } from './errors.ts'
import { goJson } from './go-json.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

export const EMPTY: Reply = { status: 200 }

/** JSON replies end with a newline. */
export const json = (value: unknown): Reply => ({ status: 200, headers: JSON_TYPE, body: `${goJson(value)}\n` })

/** In errors the newline sits before the closing brace. */
export const errorReply = ({ status, message, headers }: ApiError): Reply => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: `{"message":${goJson(message)}\n}`,
})

export const pageNotFound: Reply = {
  status: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: '404 page not found\n',
}

export const badRequest: Reply = {
  status: 400,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
  body: '400 Bad Request',
}

/** Only GET and HEAD get the little page. */
export function redirect(method: string, location: string): Reply {
  const headers = { Location: location }
  if (method !== 'GET' && method !== 'HEAD') return { status: 307, headers }
  const page = `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`
  return { status: 307, headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' }, body: page }
}

const ESCAPES: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;' }
const escapeHtml = (text: string) => text.replace(/[<>&"']/g, (character) => ESCAPES[character]!)
