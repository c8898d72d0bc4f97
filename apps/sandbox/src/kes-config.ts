/** What MinIO calls on KES, and nothing that it does not. */
const FOR_MINIO = [
  '/v1/status',
  '/v1/metrics',
  '/v1/api',
  '/v1/key/create/*',
  '/v1/key/generate/*',
  '/v1/key/decrypt/*',
  '/v1/key/describe/*',
  '/v1/key/list/*',
]

/** What the console calls: MinIO's, import, and the reading of policies and identities. It can delete nothing. */
const FOR_CONSOLE = [
  ...FOR_MINIO,
  '/v1/ready',
  '/v1/key/import/*',
  '/v1/policy/describe/*',
  '/v1/policy/list/*',
  '/v1/policy/read/*',
  '/v1/identity/describe/*',
  '/v1/identity/list/*',
]

/** A further policy: its name, the paths it allows, and who has it. */
export interface ExtraPolicy {
  readonly name: string
  readonly allow: readonly string[]
  readonly identities: readonly string[]
}

export interface KesConfig {
  readonly port: number
  readonly cert: string
  readonly key: string
  readonly keystore: string
  readonly admin: string
  readonly minio: string
  readonly console: string
  readonly extra: readonly ExtraPolicy[]
}

/** The text of `kes.yml`. Both cache expiries are set: where `unused` is absent, KES forces `any` to 30 s. */
export function kesYaml({ port, cert, key, keystore, admin, minio, console, extra }: KesConfig): string {
  const policies: ExtraPolicy[] = [
    { name: 'minio', allow: FOR_MINIO, identities: [minio] },
    { name: 'console', allow: FOR_CONSOLE, identities: [console] },
    ...extra,
  ]
  return `version: v1
address: 127.0.0.1:${port}
admin:
  identity: ${admin}
tls:
  key: ${quote(key)}
  cert: ${quote(cert)}
policy:
${policies.map(policyYaml).join('\n')}
cache:
  expiry:
    any: 5m0s
    unused: 30s
    offline: 0s
log:
  error: on
  audit: on
keystore:
  fs:
    path: ${quote(keystore)}
`
}

const policyYaml = ({ name, allow, identities }: ExtraPolicy) => `  ${name}:
    allow:
${allow.map((path) => `    - ${quote(path)}`).join('\n')}
    identities:
${identities.map((identity) => `    - ${identity}`).join('\n')}`

/** A JSON string is a double-quoted YAML scalar. */
const quote = (text: string) => JSON.stringify(text)
