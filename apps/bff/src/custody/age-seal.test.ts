import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { describe, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { sealShortWithAge, sealWithAge } from './age-seal.ts'

const plain = Buffer.from('what is to be sealed '.repeat(10_000))

describe('a file sealed for a recipient', () => {
  test('opens with its identity and with no other', async () => {
    const [identity, other] = [await generateX25519Identity(), await generateX25519Identity()]
    const sealed = await sealWithAge(plain, { kind: 'recipient', recipient: await identityToRecipient(identity) })
    const opened = async (with_: string) => {
      const age = new Decrypter()
      age.addIdentity(with_)
      return Buffer.from(await age.decrypt(sealed))
    }
    expect(await opened(identity)).toEqual(plain)
    await expect(opened(other)).rejects.toThrow()
    expect(Buffer.from(sealed).includes('what is to be sealed')).toBe(false)
  })
})

describe('something short sealed for a recipient', () => {
  test.each([0, 1, 200, 64 * 1024])('of %i bytes is what the library opens', async (length) => {
    const identity = await generateX25519Identity()
    const short = Buffer.alloc(length, 'what is to be sealed ')
    const sealed = await sealShortWithAge(short, await identityToRecipient(identity))
    const age = new Decrypter()
    age.addIdentity(identity)
    expect(Buffer.from(await age.decrypt(sealed))).toEqual(short)
    const altered = Uint8Array.from(sealed)
    altered[altered.length - 1]! ^= 1
    await expect(age.decrypt(altered)).rejects.toThrow()
  })

  test('is refused when it is not short', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    await expect(sealShortWithAge(Buffer.alloc(64 * 1024 + 1), recipient)).rejects.toThrow(RangeError)
  })
})

describe('a file sealed under a passphrase', () => {
  test('is what the library opens with that passphrase, in the form that age itself writes', async () => {
    using passphrase = new Secret('correct horse battery staple')
    const sealed = await sealWithAge(plain, { kind: 'passphrase', passphrase })
    const header = Buffer.from(sealed).toString('latin1').split('\n').slice(0, 2)
    expect(header).toEqual(['age-encryption.org/v1', expect.stringMatching(/^-> scrypt [A-Za-z0-9+/]{22} 18$/)])
    const age = new Decrypter()
    age.addPassphrase('correct horse battery staple')
    expect(Buffer.from(await age.decrypt(sealed))).toEqual(plain)
    const wrong = new Decrypter()
    wrong.addPassphrase('correct horse battery stapler')
    await expect(wrong.decrypt(sealed)).rejects.toThrow()
  }, 60_000)
})
