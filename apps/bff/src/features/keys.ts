import {
  createKey,
  dropCanary,
  type KeyDetails,
  type KeyProof,
  keepCanary,
  listKeys,
  proveKey,
  readKey,
} from '@strongroom/shared/keys'
import { DefaultKey } from '../cluster/default-key.ts'
import { EscrowMemory } from '../cluster/escrow-memory.ts'
import { requireKeyOperator, requireListKeys, requireReadKey, visibleNames } from '../cluster/kes-locks.ts'
import { backupOf } from '../cluster/key-backup.ts'
import { birthOf } from '../cluster/key-birth.ts'
import { KeyDescriptions } from '../cluster/key-descriptions.ts'
import { makeKey } from '../cluster/make-key.ts'
import { ProofLimit } from '../cluster/proof-limit.ts'
import { proveKey as prove } from '../cluster/prove-key.ts'
import { sealedSamples } from '../cluster/sealed-samples.ts'
import { type Console, driveReader, intentOf, kesLocks, keyMaking, minioFor, requireKes } from '../console.ts'
import { listSources, openSource } from '../custody/key-source.ts'
import { underIdentity } from '../custody/trail.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { listKeys as namesIn } from '../kes/list-keys.ts'
import type { Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'

export function keyRoutes(router: Router, console: Console) {
  const { canaries, deletions, drills, proofs, trail } = console
  const [defaults, descriptions, limit] = [new DefaultKey(console.lastTold), new KeyDescriptions(), new ProofLimit()]
  const escrows = new EscrowMemory(console.config.backupDir)

  const locks = (c: RequestContext) => kesLocks(console, c)

  /** Null for who may not ask for the KMS status: they see no default marked. */
  const defaultKey = async (c: RequestContext) => {
    const { minio, credentials } = minioFor(console, c)
    const name = await defaults.of(minio, credentials)
    if (name !== null) canaries.want(name)
    return name
  }

  async function describe(name: string, c: RequestContext): Promise<KeyDetails> {
    const [key, byDefault, copies] = await Promise.all([
      descriptions.of(requireKes(console), name),
      defaultKey(c),
      escrows.times(),
    ])
    return {
      ...key,
      isDefault: name === byDefault,
      canary: canaries.of(name),
      backup: backupOf(key, { drills, escrows: copies }),
      deletion: deletions.stageOf(name),
      provenAt: proofs.provenAt(key),
    }
  }

  bind(router, listKeys, async ({ prefix = '', after, limit }, c) => {
    const kes = requireKes(console)
    const [byDefault] = await Promise.all([defaultKey(c), requireListKeys(locks(c), c.var.caller)])
    const { page, more } = await pageOf(kes, { prefix, after, limit })
    const names = await visibleNames(locks(c), c.var.caller, page)
    const keys = names.map((name) => ({
      name,
      isDefault: name === byDefault,
      canary: canaries.of(name)?.state ?? null,
      deletion: deletions.stageOf(name),
    }))
    return { source: 'kes' as const, keys, ...(more && { next: page.at(-1)! }) }
  })

  bind(router, createKey, async ({ name }, c) => {
    await makeKey(keyMaking(console, c), name)
    return describe(name, c)
  })

  bind(router, readKey, async ({ name }, c) => {
    await requireReadKey(locks(c), c.var.caller, name)
    return describe(name, c)
  })

  bind(router, proveKey, async ({ name }, c) => {
    const kes = requireKes(console, 'prove')
    await requireReadKey(locks(c), c.var.caller, name)
    limit.count(c.var.caller.account)
    return trail.recorded(intentOf(c, 'prove-key', name), () => proofOf(console, c, kes, name), toldOf(kes))
  })

  bind(router, keepCanary, async ({ name }, c) => {
    await requireKeyOperator(locks(c), c.var.caller, name)
    const told = () => `Sealed by KES${underIdentity(console.kesDoors.of('prove'))}.`
    return trail.recorded(intentOf(c, 'keep-canary', name), () => canaries.keep(name), told)
  })

  bind(router, dropCanary, async ({ name }, c) => {
    await requireKeyOperator(locks(c), c.var.caller, name)
    await trail.recorded(
      intentOf(c, 'drop-canary', name),
      () => canaries.drop(name),
      () => 'None is kept for this key any more.',
    )
    return null
  })
}

interface PageOrder {
  readonly prefix: string
  readonly after: string | undefined
  readonly limit: number
}

async function pageOf(kes: Kes, { prefix, after, limit }: PageOrder): Promise<{ page: string[]; more: boolean }> {
  const page: string[] = []
  for await (const name of namesIn(kes, prefix, after)) {
    if (page.length === limit) return { page, more: true }
    page.push(name)
  }
  return { page, more: false }
}

/** Samples come from the drives alone, read with the caller's credentials. */
async function proofOf(console: Console, c: RequestContext, kes: Kes, name: string): Promise<KeyProof> {
  using material = await sourceOf(console, name)
  await console.audits.refresh()
  const reader = await driveReader(console, minioFor(console, c))
  const samples = await sealedSamples(reader, name, console.audits.latest?.items)
  const birth = await birthOf(requireKes(console), name)
  const { proof, unasked } = await prove({ kes, name, samples, reference: material && { material, is: 'source' } })
  await console.proofs.keep(proof, unasked.length === 0 ? birth : null)
  // A canary that there is says at once what the proof has shown.
  if (proof.verdict === 'proven' || console.canaries.of(name) !== null) await console.canaries.ensure(name)
  return proof
}

const toldOf =
  (kes: Kes) =>
  ({ verdict, opened, failed }: KeyProof) =>
    `${verdict}: ${opened} data keys of this cluster opened, ${failed} did not${underIdentity(kes)}.`

/** The material of this name on the host, to compare with; null where there is none that can be used. */
async function sourceOf({ config }: Console, name: string): Promise<Secret<Uint8Array> | null> {
  const source = (await listSources(config)).find(
    ({ keyName, fingerprint }) => keyName === name && fingerprint !== null,
  )
  return source === undefined ? null : openSource(config, source.id, name)
}
