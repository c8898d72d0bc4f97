import { createPrivateKey } from 'node:crypto'
import { serverCertificate } from '../src/certificate.ts'
import { admin, type Draft, other, server } from './draft.ts'

/** What is wrong, what KES says then (`DIR` is the folder of the draft), and how to make it so. */
export type Refusal = readonly [what: string, says: string, spoil: (draft: Draft) => unknown]

const { keyPem: otherKey } = serverCertificate({ ips: [], dns: ['localhost'] })
const env = (name: string) => `\${${name}}`
const VAULT = '  vault: {endpoint: "https://127.0.0.1:8200", approle: {id: a, secret: b}}\n'
const unmarshal = (line: number, found: string, wanted: string) =>
  `yaml: unmarshal errors:\n  line ${line}: cannot unmarshal ${found} into ${wanted}`

const yamlText: Refusal[] = [
  ['an empty file', 'EOF', (d) => (d.yaml = '')],
  ['a comment', 'EOF', (d) => (d.yaml = '# nothing\n')],
  ['null', 'kesconf: invalid admin identity: no admin identity', (d) => (d.yaml = '~\n')],
  ['nested mappings', 'yaml: mapping values are not allowed in this context', (d) => (d.yaml = 'a: b: c')],
  [
    'nested mappings below',
    'yaml: line 2: mapping values are not allowed in this context',
    (d) => (d.yaml = 'x: 1\na: b: c'),
  ],
  ['a list', unmarshal(1, '!!seq', 'kesconf.ymlFile'), (d) => (d.yaml = '- a')],
  ['a word', unmarshal(1, '!!str `hello`', 'kesconf.ymlFile'), (d) => (d.yaml = 'hello')],
  [
    'a tab',
    'yaml: line 8: found character that cannot start any token',
    (d) => (d.yaml = `version: v1\n${'\n'.repeat(5)}tls:\n\tkey: x\n`),
  ],
  ['an open quote', 'yaml: line 2: found unexpected end of stream', (d) => (d.yaml = 'version: "v1\n')],
  ['an open list', "yaml: line 1: did not find expected ',' or ']'", (d) => (d.yaml = 'version: [v1\n')],
  ['an open mapping', "yaml: line 1: did not find expected ',' or '}'", (d) => (d.yaml = 'tls: {key: a\nx: b\n')],
  ['uneven indents', 'yaml: line 2: did not find expected key', (d) => (d.yaml = 'tls:\n  key: a\n cert: b\n')],
  [
    'a key without a value',
    "yaml: line 2: could not find expected ':'",
    (d) => (d.yaml = 'version: v1\nfoo\nbar: x\n'),
  ],
  ['a control character', 'yaml: control characters are not allowed', (d) => (d.yaml = 'version: \0\n')],
  ['an unknown anchor', "yaml: unknown anchor 'a' referenced", (d) => d.add('y: *a\n')],
  [
    'a key twice',
    'yaml: unmarshal errors:\n  line 11: mapping key "version" already defined at line 1',
    (d) => d.add('version: v1\n'),
  ],
  [
    'a policy twice',
    'yaml: unmarshal errors:\n  line 14: mapping key "a" already defined at line 12',
    (d) => d.add('policy:\n  a:\n    allow: []\n  a:\n    allow: []\n'),
  ],
]

const types: Refusal[] = [
  ['version v2', "edge: invalid server config version 'v2'", (d) => d.change('version: v1', 'version: v2')],
  ['version 1', "edge: invalid server config version '1'", (d) => d.change('version: v1', 'version: 1')],
  [
    'a list of versions',
    "kesconf: invalid config version at line '1'",
    (d) => d.change('version: v1', 'version: [v1]'),
  ],
  ['a list of admins', unmarshal(4, '!!seq', 'kes.Identity'), (d) => d.change(/identity: .*/, 'identity: [a]')],
  ['an admin that is no mapping', unmarshal(3, '!!str `x`', 'map'), (d) => d.change(/admin:\n.*/, 'admin: x')],
  ['a mapping for a file', unmarshal(6, '!!map', 'string'), (d) => d.change(/key: .*/, 'key: {a: b}')],
  ['a list of paths', unmarshal(10, '!!seq', 'string'), (d) => d.change(/path: .*/, 'path: [a]')],
  ['a word as keystore', unmarshal(8, '!!str `x`', 'map'), (d) => d.change(/keystore:[\s\S]*/, 'keystore: x\n')],
  ['a list of policies', unmarshal(11, '!!seq', 'map'), (d) => d.add('policy: [a]\n')],
  ['a word as policy', unmarshal(11, '!!str `x`', 'map'), (d) => d.add('policy: {a: x}\n')],
  ['a word as allow', unmarshal(11, '!!str `x`', '[]string'), (d) => d.add('policy: {a: {allow: x}}\n')],
  ['a list in allow', unmarshal(11, '!!seq', 'string'), (d) => d.add('policy: {a: {allow: [[x]]}}\n')],
  [
    'a word as identities',
    unmarshal(11, '!!str `x`', '[]kesconf.env[github.com/minio/kms-go/kes.Identity]'),
    (d) => d.add('policy: {a: {identities: x}}\n'),
  ],
  ['a number as expiry', unmarshal(11, '!!int `5`', 'time.Duration'), (d) => d.add('cache: {expiry: {any: 5}}\n')],
  ['a fraction', unmarshal(11, '!!float `5.5`', 'time.Duration'), (d) => d.add('cache: {expiry: {any: 5.5}}\n')],
  ['a quoted number', unmarshal(11, '!!str `5`', 'time.Duration'), (d) => d.add('cache: {expiry: {any: "5"}}\n')],
  ['days', unmarshal(11, '!!str `1d`', 'time.Duration'), (d) => d.add('cache: {expiry: {any: 1d}}\n')],
  [
    'a date',
    unmarshal(11, '!!timestamp `2020-01-01`', 'time.Duration'),
    (d) => d.add('cache: {expiry: {any: 2020-01-01}}\n'),
  ],
  ['a word as cache', unmarshal(11, '!!str `5m`', 'map'), (d) => d.add('cache: 5m\n')],
  ['no boolean', unmarshal(11, '!!str `maybe`', 'bool'), (d) => d.add('api: {/v1/ready: {skip_auth: maybe}}\n')],
  ['a quoted boolean', unmarshal(11, '!!str `true`', 'bool'), (d) => d.add('api: {/v1/ready: {skip_auth: "true"}}\n')],
  ['1 as boolean', unmarshal(11, '!!int `1`', 'bool'), (d) => d.add('api: {/v1/ready: {skip_auth: 1}}\n')],
  ['odd letter case', unmarshal(11, '!!str `tRue`', 'bool'), (d) => d.add('api: {/v1/ready: {skip_auth: tRue}}\n')],
  ['a list of APIs', unmarshal(11, '!!seq', 'map'), (d) => d.add('api: [a]\n')],
  ['a list of levels', unmarshal(11, '!!seq', 'string'), (d) => d.add('log: {error: [on]}\n')],
  ['a word as keys', unmarshal(11, '!!str `x`', '[]map'), (d) => d.add('keys: x\n')],
  ['words as keys', unmarshal(11, '!!str `x`', 'map'), (d) => d.add('keys: [x]\n')],
  [
    'two things at once',
    `${unmarshal(11, '!!str `on`', 'map')}\n  line 12: cannot unmarshal !!int \`5\` into time.Duration`,
    (d) => d.add('log: on\ncache: {expiry: {any: 5}}\n'),
  ],
]

const judged: Refusal[] = [
  ['no admin', 'kesconf: invalid admin identity: no admin identity', (d) => d.change(/admin:\n.*\n/, '')],
  [
    'an empty admin',
    'kesconf: invalid admin identity: no admin identity',
    (d) => d.change(/identity: .*/, 'identity: ""'),
  ],
  [
    'the old root',
    'kesconf: invalid admin identity: no admin identity',
    (d) => d.change(/admin:\n.*\n/, `root: ${admin.identity}\n`),
  ],
  [
    'an unset variable',
    "kesconf: referenced env. variable 'STRONGROOM_UNSET' in line '4' not found",
    (d) => d.change(/identity: .*/, `identity: ${env('STRONGROOM_UNSET')}`),
  ],
  ['no key file', 'kesconf: invalid tls config: no private key', (d) => d.change(/ {2}key: .*\n/, '')],
  ['no certificate file', 'kesconf: invalid tls config: no certificate', (d) => d.change(/ {2}cert: .*\n/, '')],
  [
    'a bogus auth',
    "kesconf: invalid tls config: invalid auth '{ maybe}'",
    (d) => d.change('tls:', 'tls:\n  auth: maybe'),
  ],
  [
    'an admin who is a proxy',
    `kesconf: invalid tls proxy: identity '${admin.identity}' is already admin`,
    (d) => d.change('tls:', `tls:\n  proxy: {identities: [${admin.identity}]}`),
  ],
  [
    'an admin with a policy',
    `kesconf: invalid policy 'a': identity '${admin.identity}' is already admin`,
    (d) => d.add(`policy: {a: {identities: [${admin.identity}]}}\n`),
  ],
  [
    'a proxy with a policy',
    `kesconf: invalid policy 'a': identity '${other.identity}' is already a TLS proxy`,
    (d) => {
      d.change('tls:', `tls:\n  proxy: {identities: [${other.identity}]}`)
      d.add(`policy: {a: {identities: [${other.identity}]}}\n`)
    },
  ],
  [
    // In one policy: of two, KES names whichever it happens to take second.
    'an identity twice',
    `kes: cannot assign policy 'a' to '${other.identity}': identity already has a policy`,
    (d) => d.add(`policy: {a: {identities: [${other.identity}, ${other.identity}]}}\n`),
  ],
  [
    'a policy name',
    "kes: policy name 'a.b' is empty, too long or contains invalid characters",
    (d) => d.add('policy: {a.b: {}}\n'),
  ],
  [
    'an identity',
    "kes: identity 'a.b' is empty, too long or contains invalid characters",
    (d) => d.add('policy: {a: {identities: [a.b]}}\n'),
  ],
  ['a negative expiry', "kesconf: invalid cache expiry '-1s'", (d) => d.add('cache: {expiry: {any: -1s}}\n')],
  ['… of unused keys', "kesconf: invalid cache unused expiry '-1s'", (d) => d.add('cache: {expiry: {unused: -1s}}\n')],
  ['… while offline', "kesconf: invalid offline cache expiry '-1s'", (d) => d.add('cache: {expiry: {offline: -1s}}\n')],
  ['a log level', 'strconv.Atoi: parsing "LOUD": invalid syntax', (d) => d.add('log: {error: loud}\n')],
  ['a level that only begins well', "kesconf: invalid log level 'DEBUG-2'", (d) => d.add('log: {audit: debug-2}\n')],
  [
    'what is added to a level',
    `kesconf: invalid log level suffix 'X': strconv.Atoi: parsing "X": invalid syntax`,
    (d) => d.add('log: {error: debug+x}\n'),
  ],
  [
    'a huge level',
    'strconv.Atoi: parsing "99999999999999999999": value out of range',
    (d) => d.add('log: {error: 99999999999999999999}\n'),
  ],
  [
    'a negative timeout',
    "kesconf: invalid timeout '-1000000000' for API '/v1/ready'",
    (d) => d.add('api: {/v1/ready: {timeout: -1s}}\n'),
  ],
  [
    'a key twice',
    "kesconf: invalid key config: key 'x' is defined multiple times",
    (d) => d.add('keys: [{name: x}, {name: x}]\n'),
  ],
  ['a key name', 'fs: key name contains invalid character', (d) => d.add('keys: [{name: a.b}]\n')],
  ['an empty key name', 'fs: key name contains invalid character', (d) => d.add('keys: [{}]\n')],
  ['no keystore', 'kesconf: no keystore specified', (d) => d.change(/keystore:[\s\S]*/, '')],
  ['an unknown keystore', 'kesconf: no keystore specified', (d) => d.change(/fs:[\s\S]*/, 'openstack: {}\n')],
  ['no path', 'kesconf: invalid fs keystore: no path specified', (d) => d.change(/path: .*/, 'path: ""')],
  ['two keystores', 'kesconf: invalid keystore config: more than once keystore specified', (d) => d.add(VAULT)],
]

/** Several mistakes at once tell the order of the checks. */
const orders: Refusal[] = [
  [
    'a type before the admin',
    unmarshal(11, '!!int `5`', 'time.Duration'),
    (d) => {
      d.change(/admin:\n.*\n/, '\n\n')
      d.add('cache: {expiry: {any: 5}}\n')
    },
  ],
  [
    'a variable before a type',
    "kesconf: referenced env. variable 'STRONGROOM_UNSET' in line '12' not found",
    (d) => d.add(`cache: {expiry: {any: 5}}\nkeys: [{name: "${env('STRONGROOM_UNSET')}"}]\n`),
  ],
  [
    'the admin before auth and level',
    'kesconf: invalid admin identity: no admin identity',
    (d) => {
      d.change(/identity: .*/, 'identity: ""')
      d.change('tls:', 'tls:\n  auth: maybe')
      d.add('log: {error: loud}\n')
    },
  ],
  [
    'the cache before the level',
    "kesconf: invalid cache expiry '-1s'",
    (d) => d.add('log: {error: loud}\ncache: {expiry: {any: -1s}}\n'),
  ],
  [
    'the level before the APIs',
    'strconv.Atoi: parsing "LOUD": invalid syntax',
    (d) => d.add('log: {error: loud}\napi: {/v1/ready: {timeout: -1s}}\n'),
  ],
  [
    'keys before the keystore',
    "kesconf: invalid key config: key 'x' is defined multiple times",
    (d) => d.change(/keystore:[\s\S]*/, 'keys: [{name: x}, {name: x}]\n'),
  ],
  [
    'the address before its files',
    "'localhost' is not a valid IP address",
    (d) => {
      d.remove('server.crt')
      d.change('127.0.0.1', 'localhost')
    },
  ],
  [
    'the certificate before the keystore',
    'failed to read TLS certificate: open DIR/server.crt: no such file or directory',
    (d) => {
      d.remove('server.crt')
      d.write('keys', '')
    },
  ],
]

const inCertificate = (reason: string) => `failed to read TLS certificate: ${reason}`
const inAuthorities = (reason: string) => `failed to read TLS CA certificates: ${reason}`
const withCa = (d: Draft, name: string) => d.change('tls:', `tls:\n  ca: ${d.path(name)}`)
/** As `openssl` encrypted keys before PKCS#8, with the password `right`: the only form that KES reads. */
const encryptedKey = (type: 'sec1' | 'pkcs8') =>
  createPrivateKey(server.keyPem).export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }).toString()

const files: Refusal[] = [
  [
    'a missing certificate',
    inCertificate('open DIR/server.crt: no such file or directory'),
    (d) => d.remove('server.crt'),
  ],
  ['a missing key', inCertificate('open DIR/server.key: no such file or directory'), (d) => d.remove('server.key')],
  ['a folder', inCertificate('read DIR/server.crt: is a directory'), (d) => d.folder('server.crt')],
  ['no PEM', inCertificate('https: no valid PEM data'), (d) => d.write('server.crt', 'x')],
  ['PEM with a rest', inCertificate('https: no valid PEM data'), (d) => d.write('server.key', `${server.keyPem}x`)],
  [
    'an empty certificate',
    inCertificate('tls: failed to find any PEM data in certificate input'),
    (d) => d.write('server.crt', ''),
  ],
  [
    'what is no certificate',
    inCertificate('x509: malformed certificate'),
    (d) => d.write('server.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
  ],
  [
    'a key for a certificate',
    inCertificate('https: unsupported PEM data block'),
    (d) => d.write('server.crt', server.keyPem),
  ],
  [
    'a certificate for a key',
    inCertificate('https: no PEM-encoded private key found'),
    (d) => d.write('server.key', server.certPem),
  ],
  ['an empty key', inCertificate('https: no PEM-encoded private key found'), (d) => d.write('server.key', '')],
  [
    'what is no key',
    inCertificate('tls: failed to parse private key'),
    (d) => d.write('server.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
  ],
  ['another key', inCertificate('tls: private key does not match public key'), (d) => d.write('server.key', otherKey)],
  [
    'a key of another type',
    inCertificate('tls: private key type does not match public key type'),
    (d) => d.write('server.key', admin.keyPem),
  ],
  [
    'no SAN',
    'invalid TLS certificate: certificate does not contain any DNS or IP address as SAN',
    (d) => {
      d.write('server.crt', admin.certPem)
      d.write('server.key', admin.keyPem)
    },
  ],
  [
    'no password',
    inCertificate('https: private key is encrypted: password required'),
    (d) => d.write('server.key', encryptedKey('sec1')),
  ],
  [
    'a wrong password',
    inCertificate('x509: decryption password incorrect'),
    (d) => {
      d.write('server.key', encryptedKey('sec1'))
      d.change('tls:', 'tls:\n  password: wrong')
    },
  ],
  [
    'PKCS#8 with the right password',
    inCertificate('tls: failed to parse private key'),
    (d) => {
      d.write('server.key', encryptedKey('pkcs8'))
      d.change('tls:', 'tls:\n  password: right')
    },
  ],
  ['missing authorities', inAuthorities('stat DIR/ca.crt: no such file or directory'), (d) => withCa(d, 'ca.crt')],
  ['a key for authorities', inAuthorities('https: unsupported PEM data block'), (d) => withCa(d, 'server.key')],
  [
    'empty authorities',
    inAuthorities("https: failed to add 'DIR/ca.crt' as CA certificate"),
    (d) => {
      d.write('ca.crt', '')
      withCa(d, 'ca.crt')
    },
  ],
  ['a file as keystore', "fs: 'DIR/keys' is not a directory", (d) => d.write('keys', '')],
  [
    'a keystore below a file',
    'stat DIR/file/keys: not a directory',
    (d) => {
      d.write('file', '')
      d.change('/keys', '/file/keys')
    },
  ],
]

const addresses: Refusal[] = [
  ['a host name', "'localhost' is not a valid IP address", (d) => d.change('127.0.0.1', 'localhost')],
  ['no port', 'address 127.0.0.1: missing port in address', (d) => d.change('127.0.0.1:0', '127.0.0.1')],
  ['IPv6 without brackets', 'address ::1:0: too many colons in address', (d) => d.change('127.0.0.1:0', '"::1:0"')],
  ['an open bracket', "address [::1:0: missing ']' in address", (d) => d.change('127.0.0.1:0', '"[::1:0"')],
  ['an unknown port', 'listen tcp: lookup tcp/x: unknown port', (d) => d.change('127.0.0.1:0', '127.0.0.1:x')],
  ['a port too high', 'listen tcp: address 99999: invalid port', (d) => d.change('127.0.0.1:0', '127.0.0.1:99999')],
  [
    'an address of others',
    'listen tcp 192.0.2.1:0: bind: cannot assign requested address',
    (d) => d.change('127.0.0.1:0', '192.0.2.1:0'),
  ],
]

export const refusals: readonly Refusal[] = [...yamlText, ...types, ...judged, ...orders, ...files, ...addresses]

/** What looks wrong, and starts all the same. */
export const accepted: readonly (readonly [what: string, change: (draft: Draft) => unknown])[] = [
  ['what nobody knows', (d) => d.add('nonsense: {a: 1, a: 2}\ntls2: x\n')],
  ['an API that does not exist', (d) => d.add('api: {/v9/x: {skip_auth: true, timeout: 1s}}\n')],
  ['patterns of nonsense', (d) => d.add('policy: {a: {allow: ["[", "", "*", x, 1], paths: [/old]}, b: ~}\n')],
  ['nulls in lists', (d) => d.add('policy: {a: {identities: [~]}}\nkeys: [~]\n')],
  ['a disabled admin', (d) => d.change(/identity: .*/, 'identity: disabled')],
  ['no version', (d) => d.change('version: v1\n', '')],
  ['a second document', (d) => d.add('---\nversion: v2\n')],
  ['a keystore of null beside', (d) => d.add('  vault:\n')],
  ['a key name that the API refuses', (d) => d.add('keys: [{name: bad-}]\n')],
  [
    'the words of YAML 1.1 for truth',
    (d) => d.add('api: {/v1/ready: {skip_auth: "yes"}, /v1/api: {skip_auth: Off}}\n'),
  ],
  ['a level as number, and with more', (d) => d.add('log: {error: -4, audit: warn+2}\n')],
  ['an unset variable in a pattern', (d) => d.add(`policy: {a: {allow: ["${env('STRONGROOM_UNSET')}"]}}\n`)],
  ['a text before the key', (d) => d.write('server.key', `hello\n${server.keyPem}`)],
  [
    'an encrypted key and its password',
    (d) => {
      d.write('server.key', encryptedKey('sec1'))
      d.change('tls:', 'tls:\n  password: right')
    },
  ],
  [
    'a folder among the authorities',
    (d) => {
      d.folder('ca')
      d.folder('ca/more')
      d.write('ca/one.crt', server.certPem)
      withCa(d, 'ca')
    },
  ],
]
