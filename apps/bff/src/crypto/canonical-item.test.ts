import type { ItemKind } from '@strongroom/shared/iam'
import { describe, expect, test } from 'vitest'
import { fromText } from './bytes.ts'
import { configMeaningKept, itemMeaning } from './canonical-item.ts'
import { FormatError } from './failures.ts'
import vectors from './vectors/canonical-item.json' with { type: 'json' }

const meaning = (kind: string, text: string) => itemMeaning(kind as ItemKind, fromText(text))

describe('a rewrite by a real server keeps the meaning', () => {
  test.each(vectors.pairs)('$path of $writtenBy', ({ kind, before, after }) => {
    expect(before).not.toBe(after)
    expect(meaning(kind, after)).toBe(meaning(kind, before))
  })
})

/** The first recorded item of a kind, with one thing changed in its text. */
function changed(kind: string, change: (item: string) => string) {
  const { after } = vectors.pairs.find((pair) => pair.kind === kind)!
  expect(change(after)).not.toBe(after)
  return expect(meaning(kind, change(after))).not.toBe(meaning(kind, after))
}

const account = vectors.pairs.find(({ path }) => path.includes('TRICKY00000000001'))!

/** The account with other claims in its token. */
function withClaims(change: (claims: Record<string, unknown>) => void) {
  const item = JSON.parse(account.after)
  const [header, payload, signature] = item.credentials.sessionToken.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  change(claims)
  const changedPayload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  item.credentials.sessionToken = [header, changedPayload, signature].join('.')
  return meaning(account.kind, JSON.stringify(item))
}

describe('what matters is seen', () => {
  test('of a user: secret and status', () => {
    changed('user', (item) => item.replace('acme-amelia-pass-01', 'acme-amelia-pass-02'))
    changed('user', (item) => item.replace('"status":"on"', '"status":"off"'))
  })

  test('of a group: members and status', () => {
    changed('group', (item) => item.replace('"ulf",', ''))
    changed('group', (item) => item.replace('disabled', 'enabled'))
  })

  test('of a policy: effect, action, resource', () => {
    changed('policy', (item) => item.replace('"Allow"', '"Deny"'))
    changed('policy', (item) => item.replace('s3:GetObject', 's3:*'))
    changed('policy', (item) => item.replace('arn:aws:s3:::analytics/*', 'arn:aws:s3:::*'))
    changed('policy', (item) => item.replace('"Resource"', '"NotResource"'))
  })

  test('of a mapping: its policies', () => {
    changed('policy-mapping', (item) => item.replace('invoices-rw,', ''))
  })

  test('of a service account: secret, parent, status, name, expiry', () => {
    const same = meaning(account.kind, account.after)
    for (const [from, to] of [
      ['tricky-secret-1', 'tricky-secret-2'],
      ['"parentUser":"alice"', '"parentUser":"bob"'],
      ['"status":"on"', '"status":"off"'],
      ['"description":"d', '"description":"e'],
      ['2027-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ] as const) {
      expect(account.after).toContain(from)
      expect(meaning(account.kind, account.after.replace(from, to)), from).not.toBe(same)
    }
  })

  test('of its token: the loss of the session policy, and any other claim', () => {
    const same = meaning(account.kind, account.after)
    expect(withClaims(() => {})).toBe(same)
    const lost = withClaims((claims) => {
      claims['sa-policy'] = 'inherited-policy'
      delete claims.sessionPolicy
    })
    expect(lost).not.toBe(same)
    expect(withClaims((claims) => Object.assign(claims, { exp: 1 }))).not.toBe(same)
    expect(withClaims((claims) => Object.assign(claims, { parent: 'bob' }))).not.toBe(same)
    expect(withClaims((claims) => Object.assign(claims, { sessionPolicy: 'bm8gcG9saWN5' }))).not.toBe(same)
  })

  test('of a token that is none', () => {
    const item = (token: string) => `{"credentials":{"sessionToken":"${token}"}}`
    expect(meaning('service-account', item('a'))).not.toBe(meaning('service-account', item('b')))
    const claimed = (policy: string) => `{"credentials":{"sessionToken":"a","claims":{"sa-policy":"${policy}"}}}`
    expect(meaning('service-account', claimed('embedded-policy'))).not.toBe(
      meaning('service-account', claimed('inherited-policy')),
    )
  })
})

describe('what does not matter is not seen', () => {
  test('claims beside the token, which MinIO replaces by those of the token when it loads the account', () => {
    const item = JSON.parse(account.after)
    item.credentials.claims['sa-policy'] = 'inherited-policy'
    expect(meaning(account.kind, JSON.stringify(item))).toBe(meaning(account.kind, account.after))
  })

  test('the time of issue and the order of claims', () => {
    const same = meaning(account.kind, account.after)
    expect(withClaims((claims) => Object.assign(claims, { iat: 1 }))).toBe(same)
    const turned = withClaims((claims) => {
      for (const [name, value] of Object.entries(claims).reverse()) {
        delete claims[name]
        claims[name] = value
      }
    })
    expect(turned).toBe(same)
  })

  test('the order of statements, one name or a list of it, numbers or text in conditions', () => {
    const a = '{"Effect":"Allow","Action":"s3:*","Condition":{"Bool":{"x":true},"N":{"y":[2,1]}}}'
    const b = '{"Action":["s3:*"],"Effect":"Allow","Condition":{"N":{"y":["1","2"]},"Bool":{"x":["true"]}}}'
    const c = '{"Effect":"Deny","Action":["s3:a","s3:b"]}'
    expect(meaning('policy', `{"Statement":[${a},${c}]}`)).toBe(meaning('policy', `{"Statement":[${c},${b},${b}]}`))
  })
})

test('kinds without a reader are compared as they stand', () => {
  expect(meaning('config-history', 'api a=1')).toBe('api a=1')
  expect(itemMeaning('tier-config', Uint8Array.of(0xff, 1))).toBe('ff01')
})

test.each(['user', 'group', 'policy', 'policy-mapping', 'service-account', 'server-config'])(
  'a %s that is no JSON is refused, without repeating it',
  (kind) => {
    expect(() => meaning(kind, 'secret')).toThrow(FormatError)
    expect(() => meaning(kind, 'secret')).not.toThrow('secret')
  },
)

describe('configMeaningKept', () => {
  const { before, after } = vectors.config
  const kept = (was: string, is: string) => configMeaningKept(fromText(was), fromText(is))

  test('a rewrite by a real server keeps every setting, but for those it no longer knows', () => {
    expect(before).toContain('"replication_workers"')
    expect(after).not.toContain('"replication_workers"')
    expect(kept(before, after)).toEqual([])
  })

  test('names what changed, without its value', () => {
    const token = 'acme-webhook-token-2021'
    expect(after).toContain(token)
    expect(kept(before, after.replace(token, 'other'))).toEqual(['notify_webhook:acme:auth_token'])
    expect(kept(before, after.replace('"acme":', '"other":'))).toContain('notify_webhook:acme:endpoint')
    expect(kept(before, '{}')).toContain('api:_:requests_max')
  })

  test('a retired setting that stays must stay as it was', () => {
    const api = (value: string) => `{"api":{"_":[{"key":"replication_workers","value":"${value}"}]}}`
    expect(kept(api('1'), '{"api":{"_":null}}')).toEqual([])
    expect(kept(api('1'), api('2'))).toEqual(['api:_:replication_workers'])
  })

  test('refuses what is no configuration', () => {
    expect(() => kept('[]', '{}')).toThrow(FormatError)
    expect(() => kept('{"api":1}', '{}')).toThrow(FormatError)
    expect(() => kept('{"api":{"_":[{"key":1}]}}', '{}')).toThrow(FormatError)
  })
})
