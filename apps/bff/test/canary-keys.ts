import { constants, createPrivateKey, publicEncrypt, randomBytes } from 'node:crypto'
import { clientIdentity } from '@strongroom/devkes/api-key'
import { startDrill } from '@strongroom/shared/drills'
import { simulateKes } from '@strongroom/shared/kes-access'
import { deleteKey, markKey, quarantineKey, unmarkKey } from '@strongroom/shared/key-deletion'
import { createKey, dropCanary, importKey, keepCanary, readKeyImport } from '@strongroom/shared/keys'
import { checkCertificate } from '@strongroom/shared/kms'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect } from 'vitest'
import { openEscrow } from '../src/custody/escrow.ts'
import { Secret } from '../src/secret.ts'
import { ACME_KEY } from './acme-walk.ts'
import { type Client, requestOf } from './client.ts'
import { formsOf, type Needle } from './leaks.ts'

const REPLAYED = 'a wrapped key that was sent twice'

/** Every call that writes to KES or asks it for more than a key, as somebody makes them who also makes mistakes. */
export class KeyDrive {
  readonly #needles: Needle[] = []

  /** What was typed or made on the way, and must be nowhere. Empty before {@link drive}. */
  needles(): readonly Needle[] {
    expect(this.#needles).not.toEqual([])
    return this.#needles
  }

  async drive(root: Client) {
    await this.#certificates(root)
    await this.#simulations(root)
    await this.#wrapped(root)
    await this.#generated(root)
    await this.#canaryOf(root, 'made-by-the-test')
    await this.#deletionOf(root, 'made-by-the-test')
    expect(await root.job(startDrill, { samples: 20 })).toMatchObject({ state: 'done', failed: 0 })
    await root.refusal(startDrill, { samples: 0 })
  }

  /** Certificates, with and without the private key that has no business there. */
  async #certificates(root: Client) {
    const { certPem, keyPem, apiKey } = clientIdentity()
    this.#needles.push(...pemNeedles('a private key beside its certificate', keyPem))
    this.#needles.push(...formsOf('an API key', apiKey.slice('kes:v1:'.length)))
    await root.call(checkCertificate, { pem: certPem })
    for (const pem of [
      keyPem,
      keyPem + certPem,
      keyPem.replaceAll('PRIVATE KEY', 'CERTIFICATE'),
      bodyOf(keyPem),
      apiKey,
    ])
      await root.refusal(checkCertificate, { pem })
    await root.refusal(checkCertificate, { pem: keyPem.repeat(300) })
  }

  async #simulations(root: Client) {
    const { identity, apiKey } = clientIdentity()
    this.#needles.push(...formsOf('an API key, given as an identity', apiKey.slice('kes:v1:'.length)))
    await root.call(simulateKes, { identity, act: 'decrypt', name: ACME_KEY })
    await root.request(...requestOf(simulateKes, { identity: apiKey, act: 'decrypt', name: ACME_KEY }))
    await root.refusal(simulateKes, { identity: '', act: 'status', name: '' })
  }

  async #wrapped(root: Client) {
    const [material, again] = [randomBytes(32), randomBytes(32)]
    this.#needles.push(...formsOf('a wrapped key', material), ...formsOf(REPLAYED, again))
    const input = await wrappedFor(root, 'wrapped-by-the-test', material)
    await root.call(importKey, input)
    await root.refusal(importKey, input)
    const other = await wrappedFor(root, 'wrapped-for-this-name', again)
    await root.refusal(importKey, { ...other, name: 'and-sent-under-that-one' })
    await root.refusal(importKey, other)
    await root.refusal(importKey, { ...other, source: { ...other.source, wrappedKey: again.toString('base64') } })
  }

  async #generated(root: Client) {
    const name = 'made-with-a-copy'
    const identity = await generateX25519Identity()
    const recipient = await identityToRecipient(identity)
    const { escrow } = await root.call(importKey, { name, source: { kind: 'generate', recipient } })
    const opened = await openEscrow(Buffer.from(escrow!.sealed), {
      kind: 'identities',
      identities: [new Secret(identity)],
    })
    this.#needles.push(...opened.material.expose((bytes) => formsOf('a key made with a copy', Buffer.from(bytes))))
    await root.refusal(importKey, { name, source: { kind: 'generate', recipient } })
    await root.refusal(importKey, { name: 'no-copy', source: { kind: 'generate', recipient: 'age1nobody' } })
  }

  async #canaryOf(root: Client, name: string) {
    expect(await root.call(keepCanary, { name })).toMatchObject({ state: 'opens' })
    await root.call(dropCanary, { name })
    await root.refusal(keepCanary, { name: 'no-such-key' })
  }

  /** To where the policies of KES stand in the way, and back. */
  async #deletionOf(root: Client, name: string) {
    await root.refusal(unmarkKey, { name })
    await root.refusal(markKey, { name, otherClusters: 'short' })
    const otherClusters = 'No other cluster uses this KES.'
    expect(await root.call(markKey, { name, otherClusters })).toMatchObject({ stage: 'marked' })
    await root.refusal(quarantineKey, { name })
    await root.refusal(deleteKey, { name })
    await root.refusal(deleteKey, { name, confirm: name })
    await root.call(unmarkKey, { name })
    await root.refusal(createKey, { name })
  }
}

/** What the import form would send for `material`. */
async function wrappedFor(root: Client, name: string, material: Buffer) {
  const { publicKeyPem: key, token } = (await root.call(readKeyImport, { name })).wrapping!
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const wrappedKey = publicEncrypt({ key, padding, oaepHash: 'sha256' }, material).toString('base64')
  return { name, source: { kind: 'wrapped' as const, token, wrappedKey } }
}

const bodyOf = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '')

/** An Ed25519 key as it lies in its file, and its seed, the last 32 bytes of its PKCS#8 form. */
export function pemNeedles(name: string, keyPem: string): Needle[] {
  const der = createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' })
  return [...formsOf(name, der), ...formsOf(`seed of ${name}`, der.subarray(-32))]
}
