/** A page that took longer to start reads anew: what it got at first may not be so any more. */
const FRESH_MS = 10_000

const begun = new Map<string, Promise<Response>>()

/** Asks for `url` before the code is here that wants to know; {@link takeBegun} hands the answer over. */
export function begin(url: URL): Promise<Response> {
  const response = fetch(url)
  begun.set(url.href, response)
  setTimeout(() => begun.delete(url.href), FRESH_MS)
  return response
}

/** The answer to a GET that was begun and that nobody has taken yet. Any other call may change what the answers would be. */
export function takeBegun({ method, url }: Request): Promise<Response> | undefined {
  if (method !== 'GET') {
    begun.clear()
    return undefined
  }
  const response = begun.get(url)
  begun.delete(url)
  return response
}
