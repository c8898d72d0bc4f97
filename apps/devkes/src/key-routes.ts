import { createHmac, randomBytes } from 'node:crypto'
import type { ApiRequest, Handler, Reply, Server } from './api.ts'
import { encodeBase64 } from './base64.ts'
import { open, seal } from './ciphertext.ts'
import { ApiError, badName, badPattern, noHmacKey } from './errors.ts'
import { readFields } from './go-json.ts'
import { type Cipher, describeKey, type Key, parseCipher } from './key-file.ts'
import { isName, isPattern } from './names.ts'
import { EMPTY, json } from './reply.ts'
import { now } from './timestamp.ts'

const SECRET_BYTES = 32
const DATA_KEY_BYTES = 32

/** The server picks the cipher, as KES does on a CPU with AES instructions; a body is ignored. */
export const createKey: Handler = async (request, server) => {
  const name = keyName(request)
  return store(server, request, name, 'AES256', randomBytes(SECRET_BYTES))
}

/** The HMAC secret is fresh: HMACs of the same imported key differ from server to server. */
export const importKey: Handler = async (request, server) => {
  const name = keyName(request)
  const sent = await fields(request, { key: 'bytes', cipher: 'text' }, 'invalid import key request body')
  const cipher = parseCipher(sent.cipher)
  if (!cipher) throw new ApiError(406, `algorithm '${sent.cipher}' is not supported`)
  if (sent.key.length !== SECRET_BYTES) throw new ApiError(406, `invalid key size for '${sent.cipher}'`)
  return store(server, request, name, cipher, sent.key)
}

async function store(
  server: Server,
  request: ApiRequest,
  name: string,
  cipher: Cipher,
  secret: Buffer,
): Promise<Reply> {
  const key = newKey(cipher, secret, request.identity ?? '')
  await keystoreCall(server, request, 'failed to create key', () => server.keys.create(name, key))
  server.log.audit(`secret key '${name}' created`, request, performance.now() - request.receivedAt)
  return EMPTY
}

export const newKey = (cipher: Cipher, secret: Buffer, createdBy: string) => ({
  cipher,
  secret,
  hmacSecret: randomBytes(SECRET_BYTES),
  createdAt: now(),
  createdBy,
})

export const describe: Handler = async (request, server) => {
  const name = keyName(request)
  return json(describeKey(name, await findKey(server, request, name)))
}

export const deleteKey: Handler = async (request, server) => {
  const name = keyName(request)
  await keystoreCall(server, request, 'failed to delete key', () => server.keys.remove(name))
  server.log.audit(`secret key '${name}' deleted`, request, performance.now() - request.receivedAt)
  return EMPTY
}

/** What follows is a prefix; only a lone `*` is special. */
export const listKeys: Handler = async (request, server) => {
  const { resource } = request
  if (!isPattern(resource)) throw badPattern(resource)
  const { names, continueAt } = await keystoreCall(server, request, 'failed to list keys', () =>
    server.keys.list(resource === '*' ? '' : resource),
  )
  return json({ names, ...(continueAt !== undefined && { continue_at: continueAt }) })
}

export const generate: Handler = async (request, server) => {
  const name = keyName(request)
  const context = request.hasBody ? (await fields(request, { context: 'bytes' })).context : Buffer.alloc(0)
  const key = await findKey(server, request, name)
  const plaintext = randomBytes(DATA_KEY_BYTES)
  return json({ plaintext: encodeBase64(plaintext), ciphertext: encodeBase64(seal(key, plaintext, context)) })
}

export const encrypt: Handler = async (request, server) => {
  const name = keyName(request)
  const { plaintext, context } = await fields(request, { plaintext: 'bytes', context: 'bytes' })
  const key = await findKey(server, request, name)
  return json({ ciphertext: encodeBase64(seal(key, plaintext, context)) })
}

export const decrypt: Handler = async (request, server) => {
  const name = keyName(request)
  const { ciphertext, context } = await fields(request, { ciphertext: 'bytes', context: 'bytes' })
  const key = await findKey(server, request, name)
  return json({ plaintext: encodeBase64(open(key, ciphertext, context)) })
}

export const hmac: Handler = async (request, server) => {
  const name = keyName(request)
  const { message } = await fields(request, { message: 'bytes' })
  const { hmacSecret } = await findKey(server, request, name)
  if (!hmacSecret) throw noHmacKey()
  return json({ hmac: createHmac('sha256', hmacSecret).update(message).digest('base64') })
}

function keyName({ resource }: ApiRequest): string {
  if (!isName(resource)) throw badName('key name', resource)
  return resource
}

const findKey = (server: Server, request: ApiRequest, name: string): Promise<Key> =>
  keystoreCall(server, request, 'failed to read key', () => server.keys.get(name))

/** What the keystore refuses on purpose passes; what fails is logged whole and answered with a constant sentence. */
async function keystoreCall<T>(
  server: Server,
  request: ApiRequest,
  failure: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ApiError) throw error
    server.log.error(error instanceof Error ? error.message : String(error), request)
    throw new ApiError(502, failure)
  }
}

async function fields<const Shape extends Parameters<typeof readFields>[1]>(
  request: ApiRequest,
  shape: Shape,
  refusal = 'invalid request body',
) {
  const { text, tooLarge } = await request.body()
  const found = readFields(text, shape)
  if (!found) throw new ApiError(400, refusal, tooLarge ? { Connection: 'close' } : {})
  return found
}
