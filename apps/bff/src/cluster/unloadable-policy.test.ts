import { expect, test } from 'vitest'
import { isUnloadable } from './unloadable-policy.ts'

const statement = (more: object) => ({ Effect: 'Allow', Resource: ['arn:aws:s3:::*'], ...more })
const stored = (...Statement: object[]) =>
  new TextEncoder().encode(JSON.stringify({ Version: 1, Policy: { Version: '2012-10-17', Statement } }))
const named = statement({ Action: ['s3:GetObject'] })

test.each<[string, Uint8Array, boolean]>([
  ['as MinIO writes NotAction', stored(named, statement({ Action: null, NotAction: ['s3:DeleteObject'] })), true],
  ['an empty list', stored(statement({ Action: [] })), true],
  [
    'in the old form',
    new TextEncoder().encode(JSON.stringify({ Version: '2012-10-17', Statement: [statement({ Action: null })] })),
    true,
  ],
  ['actions', stored(named, named), false],
  ['one action', stored(statement({ Action: 's3:*' })), false],
  ['no policy', new TextEncoder().encode('{"Version":1}'), false],
  ['no JSON', Uint8Array.of(0xff, 0), false],
])('%s', (_, content, said) => {
  expect(isUnloadable(content)).toBe(said)
})
