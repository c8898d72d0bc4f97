import type { Verdict } from '../src/policy/evaluate.ts'

/** A policy, how somebody holds it, and what it must say of importing the key `team-red`, which MinIO can't be asked. */
export interface PolicyCase {
  readonly name: string
  /** Statements of the user's own policy; null: MinIO's built-in of that name. */
  readonly user: readonly object[] | { readonly builtIn: string }
  /** Session policy of the temporary credentials; an object is a whole document. */
  readonly session?: readonly object[] | object
  /** Policy embedded in a service account of the user, which is then asked in place of a session. */
  readonly embedded?: readonly object[] | 'inherited'
  readonly importRed: Verdict
  /** MinIO does not tell this policy, or it turns on a value that nobody here knows: the evaluation may say less. */
  readonly untold?: 'policy' | 'value'
}

const keys = (...names: string[]) => names.map((name) => `arn:minio:kms:::${name}`)
const s3 = (...names: string[]) => names.map((name) => `arn:aws:s3:::${name}`)
const allow = (Action: string | readonly string[], more: object = {}) => ({ Effect: 'Allow', Action, ...more })
const deny = (Action: string | readonly string[], more: object = {}) => ({ Effect: 'Deny', Action, ...more })
const on = (...names: string[]) => ({ Resource: keys(...names) })
const when = (Condition: object) => ({ Condition })
const allWhen = (Condition: object) => [allow('kms:*', when(Condition))]

const IMPORT = ['kms:ImportKey', 'kms:KeyStatus']
/** 198.51.100.7 is where the questions of the table come from. */
const HERE = '198.51.100.0/24'
const ELSEWHERE = '203.0.113.0/24'
const PAST = '2020-01-01T00:00:00Z'
const FUTURE = '2100-01-01T00:00:00Z'

const actions: PolicyCase[] = [
  { name: 'kms:*', user: [allow('kms:*')], importRed: 'allow' },
  { name: 'one action', user: [allow('kms:KeyStatus')], importRed: 'deny' },
  { name: 'import alone', user: [allow('kms:ImportKey')], importRed: 'allow' },
  { name: 'several actions', user: [allow(['kms:ListKeys', 'kms:CreateKey', 'kms:Status'])], importRed: 'deny' },
  { name: 'several statements', user: [allow('kms:ListKeys'), allow(IMPORT)], importRed: 'allow' },
  { name: 'admin:*', user: [allow('admin:*')], importRed: 'deny' },
  { name: 'the admin twins', user: [allow(['admin:KMSKeyStatus', 'admin:KMSCreateKey'])], importRed: 'deny' },
  { name: 's3:*', user: [allow('s3:*', { Resource: s3('*') })], importRed: 'deny' },
  { name: 'every action on every bucket', user: [allow('*', { Resource: s3('*') })], importRed: 'allow' },
  {
    name: 'every action on one bucket is every action',
    user: [allow('*', { Resource: s3('logs') })],
    importRed: 'allow',
  },
  { name: 'every action on the star', user: [allow('*', { Resource: ['*'] })], importRed: 'allow' },
  { name: 'a pattern over services', user: [allow('*:List*', { Resource: s3('*') })], importRed: 'deny' },
  { name: 'question marks over services', user: [allow('???*', { Resource: s3('*') })], importRed: 'allow' },
  { name: 'consoleAdmin', user: { builtIn: 'consoleAdmin' }, importRed: 'allow' },
  { name: 'readwrite', user: { builtIn: 'readwrite' }, importRed: 'deny' },
  { name: 'diagnostics', user: { builtIn: 'diagnostics' }, importRed: 'deny' },
]

/** MinIO takes them, and then can't tell the policies of whoever has one; in a session policy it refuses them. Tried. */
const notActions: PolicyCase[] = [
  { name: 'NotAction', user: [{ Effect: 'Allow', NotAction: 's3:*', Resource: s3('*') }] },
  { name: 'NotAction of one', user: [{ Effect: 'Allow', NotAction: 'kms:KeyStatus', Resource: s3('*') }] },
  { name: 'NotAction on some', user: [{ Effect: 'Allow', NotAction: ['s3:*'], Resource: s3('team-*') }] },
  {
    name: 'NotAction and more',
    user: [{ Effect: 'Allow', NotAction: ['s3:*'], Resource: s3('team-*') }, allow('kms:Status')],
  },
  { name: 'NotAction, NotResource', user: [{ Effect: 'Allow', NotAction: ['s3:*'], NotResource: s3('team-*') }] },
  {
    name: 'Deny with NotAction',
    user: [allow('kms:*'), { Effect: 'Deny', NotAction: 'kms:KeyStatus', Resource: s3('*') }],
  },
  {
    name: 'Deny with NotAction on some',
    user: [allow('kms:*'), { Effect: 'Deny', NotAction: 's3:*', Resource: s3('prod-*') }],
  },
].map((one) => ({ ...one, importRed: 'cannot-tell', untold: 'policy' }))

const resources: PolicyCase[] = [
  { name: 'one key', user: [allow('kms:*', on('team-red'))], importRed: 'allow' },
  { name: 'another key', user: [allow('kms:*', on('prod-main'))], importRed: 'deny' },
  { name: 'a prefix', user: [allow('kms:*', on('team-*'))], importRed: 'allow' },
  { name: 'a prefix of others', user: [allow('kms:*', on('prod-*'))], importRed: 'deny' },
  { name: 'several', user: [allow('kms:*', on('prod-*', 'team-red'))], importRed: 'allow' },
  { name: 'a suffix fits nothing', user: [allow('kms:*', on('*-red'))], importRed: 'deny' },
  { name: 'a suffix with a star behind', user: [allow('kms:*', on('*-red*'))], importRed: 'allow' },
  { name: 'a question mark at the end is the slash', user: [allow('kms:*', on('team-red?'))], importRed: 'allow' },
  { name: 'a question mark inside', user: [allow('kms:*', on('team-?ed*'))], importRed: 'allow' },
  { name: 'a question mark for a letter', user: [allow('kms:*', on('team-re?'))], importRed: 'deny' },
  { name: 'the star of keys', user: [allow('kms:*', on('*'))], importRed: 'allow' },
  { name: 'the bare star', user: [allow('kms:*', { Resource: ['*'] })], importRed: 'allow' },
  { name: 'a star that is an ARN', user: [allow('kms:*', { Resource: ['*team-*'] })], importRed: 'allow' },
  { name: 'no resources', user: [allow('kms:*', { Resource: [] })], importRed: 'allow' },
  { name: 'NotResource alone', user: [allow('kms:*', { NotResource: keys('team-*') })], importRed: 'allow' },
  {
    name: 'Resource and NotResource',
    user: [allow('kms:*', { ...on('*'), NotResource: keys('team-*') })],
    importRed: 'deny',
  },
  {
    name: 'Resource and NotResource of others',
    user: [allow('kms:*', { ...on('*'), NotResource: keys('prod-*') })],
    importRed: 'allow',
  },
  { name: 'a variable', user: [allow('kms:*', on(`\${aws:username}-*`))], importRed: 'deny' },
  { name: 'a variable that is none', user: [allow('kms:*', on(`\${aws:team}-*`))], importRed: 'deny' },
  { name: 'upper case', user: [allow('kms:*', on('TEAM-*'))], importRed: 'deny' },
]

const denials: PolicyCase[] = [
  { name: 'Deny all', user: [allow('kms:*'), deny('kms:*')], importRed: 'deny' },
  { name: 'Deny alone', user: [deny('kms:*')], importRed: 'deny' },
  { name: 'Deny one action', user: [allow('kms:*'), deny('kms:KeyStatus')], importRed: 'allow' },
  { name: 'Deny import', user: [allow('kms:*'), deny('kms:ImportKey')], importRed: 'deny' },
  { name: 'Deny on some keys is Deny on all', user: [allow('kms:*'), deny('kms:*', on('prod-*'))], importRed: 'deny' },
  {
    name: 'Deny of every action on buckets is Deny of all',
    user: [allow('kms:*'), deny('*', { Resource: s3('prod-*') })],
    importRed: 'deny',
  },
  {
    name: 'Deny of almost every action on buckets',
    user: [allow('kms:*'), deny('*:*', { Resource: s3('prod-*') })],
    importRed: 'allow',
  },
  {
    name: 'Deny of every action on all buckets',
    user: [allow('kms:*'), deny('*', { Resource: s3('*') })],
    importRed: 'deny',
  },
  {
    name: 'Deny that does not hold',
    user: [allow('kms:*'), deny('kms:*', when({ IpAddress: { 'aws:SourceIp': ELSEWHERE } }))],
    importRed: 'allow',
  },
  {
    name: 'Deny from here',
    user: [allow('kms:*'), deny('kms:*', when({ IpAddress: { 'aws:SourceIp': HERE } }))],
    importRed: 'deny',
  },
  {
    name: 'Deny on groups that nobody here knows',
    user: [allow('kms:*'), deny('kms:*', when({ StringEquals: { 'aws:groups': 'guests' } }))],
    importRed: 'deny',
    untold: 'value',
  },
]

const conditions: PolicyCase[] = [
  { name: 'from here', user: allWhen({ IpAddress: { 'aws:SourceIp': HERE } }), importRed: 'allow' },
  { name: 'from one address', user: allWhen({ IpAddress: { 'aws:SourceIp': '198.51.100.7' } }), importRed: 'allow' },
  {
    name: 'from two networks',
    user: allWhen({ IpAddress: { 'aws:SourceIp': [ELSEWHERE, HERE] } }),
    importRed: 'allow',
  },
  { name: 'from elsewhere', user: allWhen({ IpAddress: { 'aws:SourceIp': ELSEWHERE } }), importRed: 'deny' },
  { name: 'from IPv6', user: allWhen({ IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }), importRed: 'deny' },
  { name: 'not from here', user: allWhen({ NotIpAddress: { 'aws:SourceIp': HERE } }), importRed: 'deny' },
  { name: 'not from elsewhere', user: allWhen({ NotIpAddress: { 'aws:SourceIp': ELSEWHERE } }), importRed: 'allow' },
  { name: 'before a day long past', user: allWhen({ DateLessThan: { 'aws:CurrentTime': PAST } }), importRed: 'deny' },
  { name: 'before a day to come', user: allWhen({ DateLessThan: { 'aws:CurrentTime': FUTURE } }), importRed: 'allow' },
  {
    name: 'within some time',
    user: allWhen({
      DateGreaterThanEquals: { 'aws:CurrentTime': PAST },
      DateLessThanEquals: { 'aws:CurrentTime': '2099-12-31T23:59:59+02:00' },
    }),
    importRed: 'allow',
  },
  { name: 'on that day', user: allWhen({ DateEquals: { 'aws:CurrentTime': PAST } }), importRed: 'deny' },
  {
    name: 'since 2020 in seconds',
    user: allWhen({ NumericGreaterThan: { 'aws:EpochTime': 1577836800 } }),
    importRed: 'allow',
  },
  {
    name: 'a number as a text',
    user: allWhen({ NumericLessThanEquals: { 'aws:EpochTime': '12' } }),
    importRed: 'deny',
  },
  {
    name: 'a number that is absent',
    user: allWhen({ NumericGreaterThanIfExists: { 's3:max-keys': 5 } }),
    importRed: 'allow',
  },
  { name: 'another user', user: allWhen({ StringEquals: { 'aws:username': 'somebody' } }), importRed: 'deny' },
  { name: 'not another user', user: allWhen({ StringNotEquals: { 'aws:username': 'somebody' } }), importRed: 'allow' },
  { name: 'users like', user: allWhen({ StringLike: { 'aws:username': ['CASE-*', 'case-??'] } }), importRed: 'allow' },
  { name: 'users unlike', user: allWhen({ StringNotLike: { 'aws:userid': 'case-*' } }), importRed: 'deny' },
  {
    name: 'ignoring case',
    user: allWhen({ StringEqualsIgnoreCase: { 'aws:principaltype': 'ASSUMEDROLE' } }),
    importRed: 'allow',
  },
  {
    name: 'unlike, ignoring case',
    user: allWhen({ StringNotEqualsIgnoreCase: { 'aws:principaltype': 'ASSUMEDROLE' } }),
    importRed: 'deny',
  },
  {
    name: 'a variable in a value',
    user: allWhen({ StringEquals: { 'aws:userid': `\${aws:username}` } }),
    importRed: 'allow',
  },
  { name: 'in base64', user: allWhen({ BinaryEquals: { 's3:authType': 'UkVTVC1IRUFERVI=' } }), importRed: 'allow' },
  {
    name: 'all values of none',
    user: allWhen({ 'ForAllValues:StringEquals': { 'jwt:upn': 'x' } }),
    importRed: 'allow',
  },
  { name: 'any value of none', user: allWhen({ 'ForAnyValue:StringEquals': { 'jwt:upn': 'x' } }), importRed: 'deny' },
  {
    name: 'all values like none',
    user: allWhen({ 'ForAllValues:StringLike': { 's3:prefix': 'x*' } }),
    importRed: 'allow',
  },
  { name: 'over TLS', user: allWhen({ Bool: { 'aws:SecureTransport': true } }), importRed: 'deny' },
  { name: 'without TLS', user: allWhen({ Bool: { 'aws:SecureTransport': 'false' } }), importRed: 'allow' },
  { name: 'absent', user: allWhen({ Null: { 's3:prefix': true } }), importRed: 'allow' },
  { name: 'present', user: allWhen({ Null: { 'jwt:sub': 'false' } }), importRed: 'deny' },
  { name: 'a browser', user: allWhen({ StringLike: { 'aws:UserAgent': 'Mozilla*' } }), importRed: 'deny' },
  {
    name: 'signed so',
    user: allWhen({ StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }),
    importRed: 'allow',
  },
  {
    name: 'two conditions, one of which fails',
    user: allWhen({ IpAddress: { 'aws:SourceIp': HERE }, Bool: { 'aws:SecureTransport': 'true' } }),
    importRed: 'deny',
  },
  {
    name: 'groups that nobody here knows',
    user: allWhen({ StringEquals: { 'aws:groups': 'staff' } }),
    importRed: 'cannot-tell',
    untold: 'value',
  },
]

const narrowed: PolicyCase[] = [
  { name: 'session of less', user: [allow('kms:*')], session: [allow('kms:KeyStatus')], importRed: 'deny' },
  { name: 'session of import', user: [allow('kms:*')], session: [allow(IMPORT)], importRed: 'allow' },
  { name: 'session of more', user: [allow('kms:KeyStatus')], session: [allow('kms:*')], importRed: 'deny' },
  { name: 'session on a key', user: [allow('kms:*')], session: [allow('kms:*', on('team-*'))], importRed: 'allow' },
  {
    name: 'session on keys of which the account has others',
    user: [allow('kms:*', on('prod-*'))],
    session: [allow('kms:*', on('team-*'))],
    importRed: 'deny',
  },
  { name: 'session that denies', user: [allow('kms:*')], session: [allow('kms:*'), deny('kms:*')], importRed: 'deny' },
  {
    name: 'session in other letters',
    user: [allow('kms:*')],
    session: { version: '2012-10-17', statement: [{ effect: 'Allow', ACTION: ['kms:KeyStatus', 'kms:Status'] }] },
    importRed: 'deny',
  },
  {
    name: 'session with members of others',
    user: [allow('kms:*')],
    session: [allow('kms:*', { Principal: '*', Comment: 'x' })],
    importRed: 'allow',
  },
  {
    name: 'session for some time',
    user: [allow('kms:*')],
    session: allWhen({ DateLessThan: { 'aws:CurrentTime': PAST } }),
    importRed: 'deny',
  },
  {
    name: 'consoleAdmin with a session',
    user: { builtIn: 'consoleAdmin' },
    session: [allow('kms:Status')],
    importRed: 'deny',
  },
]

const serviceAccounts: PolicyCase[] = [
  { name: 'account that inherits', user: [allow('kms:*')], embedded: 'inherited', importRed: 'allow' },
  { name: 'account with less', user: [allow('kms:*')], embedded: [allow('kms:KeyStatus')], importRed: 'deny' },
  { name: 'account on a key', user: [allow('kms:*')], embedded: [allow('kms:*', on('team-red'))], importRed: 'allow' },
  { name: 'account with more', user: [allow('kms:Status')], embedded: [allow('kms:*')], importRed: 'deny' },
  {
    name: 'account that denies',
    user: [allow('kms:*')],
    embedded: [allow('kms:*'), deny('kms:CreateKey')],
    importRed: 'allow',
  },
  {
    name: 'account from elsewhere',
    user: [allow('kms:*')],
    embedded: allWhen({ IpAddress: { 'aws:SourceIp': ELSEWHERE } }),
    importRed: 'deny',
  },
]

export const CASES: readonly PolicyCase[] = [
  ...actions,
  ...notActions,
  ...resources,
  ...denials,
  ...conditions,
  ...narrowed,
  ...serviceAccounts,
]
