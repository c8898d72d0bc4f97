import { readFileSync } from 'node:fs'
import type { Kes } from '@strongroom/sandbox/kes'
import { Agent, request } from 'undici'

/** What KES answers, asked with the console's certificate but none of its code. @throws Error with what KES says */
export async function askKes(kes: Kes, method: 'GET' | 'PUT', path: string, body?: object): Promise<unknown> {
  const connect = {
    ca: readFileSync(kes.ca, 'utf8'),
    cert: readFileSync(kes.consoleCert, 'utf8'),
    key: readFileSync(kes.consoleKey, 'utf8'),
  }
  const dispatcher = new Agent({ connect })
  try {
    const sent = body === undefined ? null : JSON.stringify(body)
    const reply = await request(kes.endpoint + path, { method, body: sent, dispatcher })
    const answer = await reply.body.text()
    if (reply.statusCode !== 200) throw new Error(`KES answered ${reply.statusCode}: ${answer}`)
    return answer === '' ? null : JSON.parse(answer)
  } finally {
    await dispatcher.close()
  }
}

/** Lets KES open a sealed data key. */
export async function decryptByKes(kes: Kes, key: string, sealed: Buffer, context: Buffer): Promise<Buffer> {
  const body = { ciphertext: sealed.toString('base64'), context: context.toString('base64') }
  const { plaintext } = (await askKes(kes, 'PUT', `/v1/key/decrypt/${key}`, body)) as { plaintext: string }
  return Buffer.from(plaintext, 'base64')
}

/** Makes a key of 32 bytes that are known already. */
export const importByKes = (kes: Kes, name: string, material: Buffer) =>
  askKes(kes, 'PUT', `/v1/key/import/${name}`, { key: material.toString('base64'), cipher: 'AES256' })
