import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mayUse, type Roles, readRoles } from './roles.ts'

const dir = mkdtempSync(join(tmpdir(), 'roles-'))
afterAll(() => rmSync(dir, { recursive: true }))
const path = join(dir, 'roles.json')
const put = (content: unknown, mode = 0o600) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}
const alice = { identity: 'alice', role: 'importer', prefix: 'prod-' }

const mayImport = (roles: Roles, account: string, key: string) => mayUse(roles, account, ['importer'], key)

test('an importer imports what begins with the prefix, and nobody else does', async () => {
  const roles = await readRoles(put({ roles: [alice, { identity: 'bob', role: 'operator', prefix: '' }] }))
  expect(mayImport(roles, 'alice', 'prod-2026')).toBe(true)
  expect(mayImport(roles, 'alice', 'test-2026')).toBe(false)
  expect(mayImport(roles, 'Alice', 'prod-2026')).toBe(false)
  expect(mayImport(roles, 'bob', 'prod-2026')).toBe(false)
  expect(mayImport([], 'alice', 'prod-2026')).toBe(false)
})

test.each([
  [{ roles: [{ ...alice, note: 'x' }] }, /does not fit at \/roles\/0/],
  [{ roles: [], version: 1 }, /does not fit/],
  [{ roles: [{ ...alice, role: 'admin' }] }, /\/roles\/0\/role/],
  [{ roles: [{ ...alice, prefix: 'prod-*' }] }, /\/roles\/0\/prefix/],
  [{ roles: [{ identity: 'alice', role: 'importer' }] }, /\/roles\/0\/prefix/],
  [{ roles: [{ ...alice, secret: 'in clear' }] }, /\/roles\/0\/secret/],
  [{ roles: [{ ...alice, identity: '' }] }, /\/roles\/0\/identity/],
  [[], /does not fit/],
  ['{', /is no JSON/],
])('%j is refused', async (content, sentence) => {
  await expect(readRoles(put(content))).rejects.toThrow(sentence)
})

test.each([0o620, 0o602])('a file with mode %o is refused', async (mode) => {
  await expect(readRoles(put({ roles: [] }, mode))).rejects.toThrow(/could be changed by others/)
  expect(await readRoles(put({ roles: [] }, 0o644))).toEqual([])
})

test('a file that is not there is refused', async () => {
  await expect(readRoles(join(dir, 'absent'))).rejects.toThrow(/^STRONGROOM_ROLES_FILE names .*ENOENT/)
  const folder = mkdtempSync(join(dir, 'folder-'))
  await expect(readRoles(folder)).rejects.toThrow(/^STRONGROOM_ROLES_FILE names .*EISDIR/)
})
