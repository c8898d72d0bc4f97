import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientIdentity, clientIdentity } from '@strongroom/devkes/api-key'
import { findKes, root } from '@strongroom/sandbox/binaries'
import { startChild } from '@strongroom/sandbox/child'
import { loopbackCertificate } from '@strongroom/sandbox/pem-files'
import { freePort } from '@strongroom/sandbox/ports'
import { untilReady } from '@strongroom/sandbox/ready'
import { policyYaml } from '@strongroom/shared/kes-policy'
import type { KesPolicyDraft } from '@strongroom/shared/kes-policy-roles'
import { Agent } from 'undici'
import { identityFromApiKey } from '../src/kes/identity.ts'
import { connectKes, type Kes } from '../src/kes/transport.ts'
import { Secret } from '../src/secret.ts'

export const newPeople = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, clientIdentity()])) as Record<Name, ClientIdentity>

/** A policy of somebody. */
export const own = (
  name: string,
  { allow = [], deny = [] }: Partial<KesPolicyDraft>,
  ...owners: readonly ClientIdentity[]
): KesPolicyDraft => ({ name, allow, deny, identities: owners.map(({ identity }) => identity) })

export interface PolicyWorld {
  readonly url: URL
  /** The console's door, under anybody's identity. */
  door(person: ClientIdentity, ...before: readonly URL[]): Kes
  /** Nothing of the console's. */
  agent(person: ClientIdentity): Agent
  stop(): Promise<void>
}

/** Starts KES, the real one where it is found, with the policies in its file as `policyYaml` writes them. */
export async function startPolicies(admin: ClientIdentity, policies: readonly KesPolicyDraft[]): Promise<PolicyWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'kes-policies-'))
  const server = loopbackCertificate(dir, 'server')
  const ca = readFileSync(server.cert, 'utf8')
  const port = await freePort()
  const url = new URL(`https://127.0.0.1:${port}`)
  const config = join(dir, 'kes.yml')
  const lines = [
    `address: 127.0.0.1:${port}`,
    `admin: {identity: ${admin.identity}}`,
    `tls: {key: ${server.key}, cert: ${server.cert}}`,
    'log: {audit: off}',
    `keystore: {fs: {path: ${join(dir, 'keystore')}}}`,
    policyYaml(policies),
  ]
  writeFileSync(config, lines.join('\n'))
  const real = findKes()
  const [command, args] = real
    ? [real, ['server', '--config', config]]
    : [process.execPath, ['--import', 'tsx', join(root, 'apps/devkes/src/main.ts'), '--config', config]]
  const child = await startChild({ name: 'KES', command, args, env: {}, logFile: join(dir, 'kes.log'), cwd: root })
  const trust = { ca, cert: admin.certPem, key: admin.keyPem }
  await untilReady(child, `${url.origin}/v1/ready`, { trust, timeoutMs: 30_000 })

  const opened: { close(): Promise<void> }[] = []
  const kept = <Door extends { close(): Promise<void> }>(door: Door) => {
    opened.push(door)
    return door
  }
  return {
    url,
    door: ({ apiKey }, ...before) =>
      kept(
        connectKes({
          urls: [...before, url],
          identity: identityFromApiKey(new Secret(apiKey)),
          ca,
          timeoutMs: 5_000,
        }),
      ),
    agent: ({ certPem, keyPem }) => kept(new Agent({ connect: { ca, cert: certPem, key: keyPem } })),
    async stop() {
      await Promise.all(opened.map((door) => door.close()))
      await child.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
