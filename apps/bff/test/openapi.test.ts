import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@strongroom/sandbox/ports'
import { api } from '@strongroom/shared/api'
import { API_PREFIX } from '@strongroom/shared/endpoint'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { createConsole } from '../src/console.ts'
import { Client, refusalIn } from './client.ts'

interface Operation {
  operationId: string
  parameters: { name: string; in: string; required: boolean; schema: object }[]
  requestBody?: object
  responses: Record<string, object>
  security?: object[]
}

interface Document {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
}

let stateDir: string
let client: Client
let document: Document

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'strongroom-openapi-'))
  const env = { STRONGROOM_MINIO_ENDPOINT: `http://127.0.0.1:${await freePort()}`, STRONGROOM_STATE_DIR: stateDir }
  const app = createApp(await createConsole(readConfig(env), pino({ level: 'silent' })), null)
  client = new Client((path, init) => app.request(path, init))
  document = (await (await client.request('/openapi.json')).json()) as Document
})
afterAll(() => rmSync(stateDir, { recursive: true }))

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

test('the document is OpenAPI 3.1, and every reference in it leads somewhere', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(document.servers).toEqual([{ url: API_PREFIX }])
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer]) => pointer!)
  expect(references.length).toBeGreaterThan(0)
  for (const pointer of new Set(references)) {
    const target = pointer.split('/').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], document)
    expect.soft(target, pointer).toBeDefined()
  }
})

test('it lists exactly the endpoints there are', () => {
  const listed = operations().map(({ path, method, operation }) => `${method} ${path} ${operation.operationId}`)
  const described = api.map(({ method, path, id }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${id}`)
  expect(listed.sort()).toEqual(described.sort())
  expect(new Set(api.map(({ id }) => id)).size).toBe(api.length)
})

test('each names its path parameters, its success, its failures and whether it wants a session', () => {
  for (const { id, path, status, access, method } of api) {
    const { operation } = operations().find((one) => one.operation.operationId === id)!
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
    expect.soft(inPath, id).toEqual([...path.matchAll(/:(\w+)/g)].map(([, name]) => name))
    expect
      .soft(
        operation.parameters.every(({ schema }) => schema !== undefined),
        id,
      )
      .toBe(true)
    expect.soft(Object.keys(operation.responses).sort(), id).toEqual([`${status}`, 'default'])
    expect.soft(operation.security !== undefined, id).toBe(access === 'session')
    expect.soft(operation.requestBody !== undefined, id).toBe(method === 'POST' || method === 'PUT')
  }
})

test('each documented path is bound, and its session is asked for before anything else', async () => {
  for (const { method, path, operation } of operations()) {
    const init = method === 'POST' || method === 'PUT' ? { method, body: '{}' } : { method }
    const response = await client.request(path.replace(/\{\w+\}/g, 'a-name'), init)
    if (operation.operationId === 'signOut') expect.soft(response.status).toBe(204)
    else {
      const { code } = await refusalIn(response)
      expect.soft(code, operation.operationId).toBe(operation.security ? 'not-signed-in' : 'invalid-input')
    }
  }
})

test('what is not documented is not there', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/keys/a-name/material'],
    ['PATCH', '/keys/a-name'],
    ['PATCH', '/session'],
    ['GET', '/session/extra'],
  ] as const) {
    expect
      .soft(await refusalIn(await client.request(path, { method })), `${method} ${path}`)
      .toMatchObject({ code: 'not-found' })
  }
})
