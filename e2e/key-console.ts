import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { RecordSeal } from '../apps/bff/src/custody/record-seal.ts'
import { Secret } from '../apps/bff/src/secret.ts'
import { startConsole } from '../apps/sandbox/src/console.ts'
import type { Ready } from '../apps/sandbox/src/demo.ts'
import { clientFiles } from '../apps/sandbox/src/pem-files.ts'
import { freePort } from '../apps/sandbox/src/ports.ts'
import { killKes } from './servers.ts'

/** A console as an installation with a deleter has it: a role file, and a KES identity for deletion alone. */
export interface OwnConsole {
  readonly url: string
  readonly state: string
  stop(): Promise<void>
}

/** Every policy that lets its identities use keys denies this one. KES reads its configuration at its start. */
export async function denyKey(demo: Ready, name: string) {
  const lines = ['deny:', `- /v1/key/generate/${name}`, `- /v1/key/decrypt/${name}`].map((line) => `    ${line}\n`)
  await reconfigure(demo, (yaml) => yaml.replace(/^ {4}identities:$/gm, `${lines.join('')}    identities:`))
}

async function reconfigure(demo: Ready, change: (yaml: string) => string) {
  const config = join(demo.dir, 'kes/kes.yml')
  const killed = await killKes(demo)
  writeFileSync(config, change(readFileSync(config, 'utf8')))
  await killed.restart()
}

/** Gives KES a policy for the identity that deletes. */
export async function allowDeleting(demo: Ready) {
  const { identity } = clientFiles(join(demo.dir, 'kes'), 'delete')
  const policy = `policy:
  deleter:
    allow:
    - /v1/key/delete/*
    - /v1/key/describe/*
    identities:
    - ${identity}
`
  await reconfigure(demo, (yaml) => yaml.replace(/^policy:\n/m, policy))
}

/** What the own console seals its records under. */
const RECORDS_KEY = 'the records of the end-to-end tests are sealed'

export async function startOwn(demo: Ready, scratch: string): Promise<OwnConsole> {
  const roles = join(scratch, 'roles.json')
  const grant = { identity: demo.accessKey, role: 'deleter', prefix: '' }
  writeFileSync(roles, JSON.stringify({ roles: [grant] }), { mode: 0o644 })
  const state = join(scratch, 'state')
  const files = (name: string) => ({ cert: join(demo.dir, `kes/${name}.crt`), key: join(demo.dir, `kes/${name}.key`) })
  const { url, child } = await startConsole({
    port: await freePort(),
    logFile: join(demo.dir, 'logs/own-console.log'),
    env: {
      STRONGROOM_MINIO_ENDPOINT: demo.minio.endpoint,
      STRONGROOM_ENV_FILE: demo.minio.envFile,
      STRONGROOM_STATE_DIR: state,
      STRONGROOM_RECORDS_KEY: RECORDS_KEY,
      STRONGROOM_ROLES_FILE: roles,
      MINIO_KMS_KES_ENDPOINT: demo.kes.endpoint,
      MINIO_KMS_KES_CERT_FILE: files('console').cert,
      MINIO_KMS_KES_KEY_FILE: files('console').key,
      MINIO_KMS_KES_CAPATH: demo.kes.ca,
      MINIO_KMS_KES_KEY_NAME: 'acme-key',
      STRONGROOM_KES_DELETE_CERT_FILE: files('delete').cert,
      STRONGROOM_KES_DELETE_KEY_FILE: files('delete').key,
    },
    secrets: [demo.secretKey],
  })
  return { url, state, stop: () => child.stop() }
}

/** As if two days had gone by since this moment of a deletion: sealed as the console itself seals it. */
export function backdate({ state }: OwnConsole, name: string, moment: 'waitUntil' | 'quarantinedAt') {
  const file = join(state, 'key-deletions', `${name}.json`)
  const guard = new RecordSeal(new Secret(RECORDS_KEY)).guard('key-deletions')
  const marked = guard.open(name, JSON.parse(readFileSync(file, 'utf8'))) as object
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60_000)
  writeFileSync(file, JSON.stringify(guard.seal(name, { ...marked, [moment]: twoDaysAgo.toISOString() })))
}

/** KES itself, under its admin. */
export function asAdmin({ kes }: Ready, method: 'PUT' | 'DELETE', path: string): Promise<void> {
  const [cert, key, ca] = [kes.adminCert, kes.adminKey, kes.ca].map((file) => readFileSync(file))
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, kes.endpoint), { method, cert, key, ca }, (reply) => {
      reply.resume()
      if (reply.statusCode === 200) resolve()
      else reject(new Error(`${method} ${path}: ${reply.statusCode}`))
    })
    call.once('error', reject).end()
  })
}
