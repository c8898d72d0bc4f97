import {
  createKey,
  importKey,
  type KeyDetails,
  listKeys,
  proveKey,
  readKey,
  readKeyImport,
} from '@strongroom/shared/keys'
import {
  requireCreateKey,
  requireHostView,
  requireImportKey,
  requireListKeys,
  requireReadKey,
  visibleNames,
} from '../cluster/kes-locks.ts'
import { type ProofScope, proveKey as prove } from '../cluster/prove-key.ts'
import { sealedSamples } from '../cluster/sealed-samples.ts'
import { type Console, driveReader, kesLocks, minioFor, requireDriveReading, requireKes } from '../console.ts'
import { listSources, openSource } from '../custody/key-source.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import * as kesKeys from '../kes/keys.ts'
import { listKeys as namesIn } from '../kes/list-keys.ts'
import { kmsStatus } from '../minio/kms.ts'
import type { Secret } from '../secret.ts'

export function keyRoutes(router: Router, console: Console) {
  const locks = (c: RequestContext) => kesLocks(console, c)

  bind(router, listKeys, async ({ prefix = '', after, limit }, c) => {
    const kes = requireKes(console)
    await requireListKeys(locks(c), c.var.caller)
    const isDefault = await defaultKeyTest(console, c)
    const found: string[] = []
    for await (const name of namesIn(kes, prefix)) {
      if (after !== undefined && name <= after) continue
      found.push(name)
      if (found.length > limit) break
    }
    const page = found.slice(0, limit)
    const names = await visibleNames(locks(c), c.var.caller, page)
    const keys = names.map((name) => ({ name, isDefault: isDefault(name) }))
    return { source: 'kes' as const, keys, ...(found.length > limit && { next: page.at(-1)! }) }
  })

  bind(router, createKey, async ({ name }, c) => {
    const kes = requireKes(console)
    const { made } = await requireCreateKey(locks(c), c.var.caller, name)
    if (!made || !(await exists(console, name))) await kesKeys.createKey(kes, name)
    console.log.info(
      { act: 'create-key', key: name, account: c.var.caller.account, requestId: c.var.requestId },
      'key created',
    )
    return describe(console, c, name)
  })

  bind(router, readKey, async ({ name }, c) => {
    await requireReadKey(locks(c), c.var.caller, name)
    return describe(console, c, name)
  })

  bind(router, readKeyImport, async (_, c) => {
    await requireHostView(locks(c), c.var.caller, () => requireDriveReading(console, c))
    return { sources: await listSources(console.config) }
  })

  bind(router, importKey, async ({ name, source }, c) => {
    const kes = requireKes(console)
    await requireImportKey(locks(c), c.var.caller, name)
    using material = await openSource(console.config, source.id, name)
    await kesKeys.importKey(kes, name, material, 'AES256')
    const { account } = c.var.caller
    console.log.info(
      { act: 'import-key', key: name, source: source.id, account, requestId: c.var.requestId },
      'key imported',
    )
    const samples = await samplesOf(console, c, name).catch(unlessRefused)
    return { proof: await proof(console, { name, samples, material }) }
  })

  bind(router, proveKey, async ({ name }, c) => {
    await requireReadKey(locks(c), c.var.caller, name)
    using material = await sourceOf(console, name)
    return await proof(console, { name, samples: await samplesOf(console, c, name), material })
  })
}

/** Only a proof on the cluster's own data is remembered. */
async function proof(console: Console, order: Omit<ProofScope, 'kes'>) {
  const found = await prove({ kes: requireKes(console), ...order })
  return order.samples === null ? found : console.proofs.keep(found)
}

const samplesOf = async (console: Console, c: RequestContext, name: string) =>
  sealedSamples(await driveReader(console, minioFor(console, c)), name)

/** An importer need not be allowed to read the drives: the key is then compared with its source alone. */
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-allowed') return null
  throw error
}

/** The material of this name on the host, to compare with; null where there is none that can be used. */
async function sourceOf({ config }: Console, name: string): Promise<Secret<Uint8Array> | null> {
  const source = (await listSources(config)).find(
    ({ keyName, fingerprint }) => keyName === name && fingerprint !== null,
  )
  return source === undefined ? null : openSource(config, source.id, name)
}

async function describe(console: Console, c: RequestContext, name: string): Promise<KeyDetails> {
  const [key, isDefault] = await Promise.all([
    kesKeys.describeKey(requireKes(console), name),
    defaultKeyTest(console, c),
  ])
  return { ...key, isDefault: isDefault(name) }
}

async function exists(console: Console, name: string) {
  try {
    await kesKeys.describeKey(requireKes(console), name)
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return false
    throw error
  }
}

/** Who may not ask for the KMS status sees no default marked. */
async function defaultKeyTest(console: Console, c: RequestContext) {
  const { minio, credentials } = minioFor(console, c)
  const status = await kmsStatus(minio, credentials).catch(() => null)
  return (name: string) => name === status?.defaultKey
}
