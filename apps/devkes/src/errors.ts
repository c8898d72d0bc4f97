/** A refusal the client is told of. Clients compare status and message exactly, so neither may be reworded. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

export const keyNotFound = () => new ApiError(404, 'key does not exist')
export const keyExists = () => new ApiError(400, 'key already exists')
export const policyNotFound = () => new ApiError(404, 'policy does not exist')
export const identityNotFound = () => new ApiError(404, 'identity does not exist')
export const notAllowed = () => new ApiError(403, 'not authorized: insufficient permissions')
export const notAuthentic = () => new ApiError(400, 'decryption failed: ciphertext is not authentic')
export const noHmacKey = () => new ApiError(409, 'key does not support HMAC')
export const noCertificate = () => new ApiError(400, 'tls: client certificate is required')
export const severalCertificates = () => new ApiError(400, 'tls: received more than one client certificate')

/** `kind` begins the sentence: `key name`, `policy name` or `identity`. */
export const badName = (kind: string, name: string) =>
  new ApiError(400, `${kind} '${name}' is empty, too long or contains invalid characters`)
export const badPattern = (pattern: string) =>
  new ApiError(400, `listing pattern '${pattern}' is empty, too long or is invalid`)
export const wrongMethod = (received: string, expected: string) =>
  new ApiError(405, `received method '${received}' expected '${expected}'`, { Accept: expected })
