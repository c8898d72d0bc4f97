import { importKey, type KeyEscrow, type KeyProof, type KeyWrapping, readKeyImport } from '@strongroom/shared/keys'
import { requireHostView, requireImportKey } from '../cluster/kes-locks.ts'
import { birthOf } from '../cluster/key-birth.ts'
import { proveKey, type Reference } from '../cluster/prove-key.ts'
import { sealedSamples } from '../cluster/sealed-samples.ts'
import { type Console, driveReader, intentOf, kesLocks, minioFor, requireDriveReading, requireKes } from '../console.ts'
import { bringIn, type ImportDoors, makeWithEscrow } from '../custody/bring-in.ts'
import { listSources, openSource } from '../custody/key-source.ts'
import { weaknessOf } from '../custody/known-keys.ts'
import { holdsRole } from '../custody/roles.ts'
import { recipientOf } from '../custody/sealed-for.ts'
import { underIdentity } from '../custody/trail.ts'
import type { WrappingOwner } from '../custody/wrapping-keys.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import type { Secret } from '../secret.ts'

export function keyImportRoutes(router: Router, console: Console) {
  bind(router, readKeyImport, async ({ name = null }, c) => {
    const sees = await requireHostView(kesLocks(console, c), c.var.caller, () => requireDriveReading(console, c))
    const sources = (await listSources(console.config)).filter(({ keyName }) => sees(keyName))
    return { sources, wrapping: await wrappingFor(console, c, name) }
  })

  bind(router, importKey, async ({ name, source }, c) => {
    const kes = { import: requireKes(console, 'import'), prove: requireKes(console, 'prove') }
    await requireImportKey(kesLocks(console, c), c.var.caller, name)
    const intent = intentOf(c, 'import-key', name)
    const { material, escrow } = await console.trail.recorded(
      intent,
      () => take(console, c, { kes, name, source }),
      ({ escrow }) => `${toldOf(source, escrow)} An AES256 key now${underIdentity(kes.import)}.`,
    )
    using lent = material
    console.log.info({ ...intent, source: source.kind }, 'key imported')
    await console.canaries.ensure(name)
    const proof = withWarning(await proofOf(console, c, name, { material: lent, is: REFERENCE[source.kind] }), lent)
    return { proof, ...(escrow !== null && { escrow }) }
  })
}

type Source = (typeof importKey)['input']['_zod']['output']['source']

const REFERENCE = { server: 'source', wrapped: 'wrapped', generate: 'made' } as const satisfies Record<
  Source['kind'],
  Reference['is']
>

interface Taken {
  readonly material: Secret<Uint8Array>
  readonly escrow: KeyEscrow | null
}

/** @returns to be wiped by the caller */
async function take(
  console: Console,
  c: RequestContext,
  { kes, name, source }: { kes: ImportDoors; name: string; source: Source },
): Promise<Taken> {
  const { config } = console
  if (source.kind === 'generate') {
    const order = { keyName: name, recipient: recipientOf(source.recipient), cluster: config.minio.endpoint.origin }
    return makeWithEscrow(kes, order, config.backupDir)
  }
  const material =
    source.kind === 'server'
      ? await openSource(config, source.id, name)
      : console.wrapping.open(ownerOf(console, c), { ...source, keyName: name })
  try {
    await bringIn(kes, name, material)
    return { material, escrow: null }
  } catch (error) {
    material[Symbol.dispose]()
    throw error
  }
}

function toldOf(source: Source, escrow: KeyEscrow | null): string {
  if (source.kind === 'server') return `From the key source ${source.id}.`
  if (escrow === null) return 'Wrapped with a one-time key.'
  return `Made here, fingerprint ${escrow.fingerprint}; sealed copy ${escrow.file} for ${escrow.recipient}.`
}

/** Null: to whom may not import, or where there is no KES to import into. That the sign-in is old forbids only the act. */
async function wrappingFor(console: Console, c: RequestContext, name: string | null): Promise<KeyWrapping | null> {
  const { caller } = c.var
  if (console.kes === null) return null
  const locks = kesLocks(console, c)
  if (name === null) {
    const roles = caller.root ? null : await locks.readRoles()
    if (!caller.root && (roles === null || !holdsRole(roles, caller.account, ['importer']))) return null
  } else {
    const may = await requireImportKey(locks, { ...caller, signedInAt: new Date() }, name).then(
      () => true,
      unlessRefused,
    )
    if (may === null) return null
  }
  return console.wrapping.make(ownerOf(console, c), name)
}

const ownerOf = ({ config }: Console, c: RequestContext): WrappingOwner => ({
  sessionId: c.var.caller.sessionId,
  account: c.var.caller.account,
  cluster: config.minio.endpoint.origin,
})

/** The key is there whatever comes of the proof: what went wrong with that is told in its place. */
async function proofOf(console: Console, c: RequestContext, name: string, reference: Reference): Promise<KeyProof> {
  try {
    const samples = await samplesOf(console, c, name).catch(unlessRefused)
    const birth = await birthOf(requireKes(console), name)
    const { proof, unasked } = await proveKey({ kes: requireKes(console, 'prove'), name, samples, reference })
    return samples === null ? proof : await console.proofs.keep(proof, unasked.length === 0 ? birth : null)
  } catch (error) {
    console.log.warn({ err: error, key: name }, 'an imported key could not be proved')
    const why = error instanceof AppError ? error.detail : 'The log of the console has the reason.'
    return {
      name,
      verdict: 'nothing-to-open',
      opened: 0,
      failed: 0,
      samples: [],
      sameMaterial: null,
      comparedWith: null,
      detail: `The key was imported, and could not be proved. ${why} Prove it before MinIO uses it.`,
      at: new Date().toISOString(),
    }
  }
}

async function samplesOf(console: Console, c: RequestContext, name: string) {
  await console.audits.refresh()
  return sealedSamples(await driveReader(console, minioFor(console, c)), name, console.audits.latest?.items)
}

/**
 * A source on the server shows what is wrong with its key beforehand; what was wrapped shows it here. It is not refused:
 * data that such a key has sealed must stay readable.
 */
function withWarning(proof: KeyProof, material: Secret<Uint8Array>): KeyProof {
  const weakness = weaknessOf(material)
  return weakness === null ? proof : { ...proof, detail: `${proof.detail} ${weakness}` }
}

/** An importer need not be allowed to read the drives: the key is then compared with what was imported alone. */
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-allowed') return null
  throw error
}
