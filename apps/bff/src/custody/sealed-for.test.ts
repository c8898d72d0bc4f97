import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { sealedForOf } from './sealed-for.ts'

const phrase = new Secret('a passphrase of words')

function fault(recipient: string | undefined, passphrase: Secret<string> | null = null) {
  try {
    sealedForOf(recipient, passphrase)
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, fields: error.fields, text: JSON.stringify(error) }
  }
  throw new Error('it was taken')
}

describe('whom a backup is sealed for', () => {
  test('a recipient, spaces around it passed over', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    expect(sealedForOf(` ${recipient}\n`, null)).toEqual({ kind: 'recipient', recipient })
  })

  test('a passphrase', () => {
    expect(sealedForOf(undefined, phrase)).toEqual({ kind: 'passphrase', passphrase: phrase })
  })

  test('neither, both and bad ones are refused at /recipient', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    const altered = recipient.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))
    for (const refused of [
      fault(undefined),
      fault(''),
      fault(recipient, phrase),
      fault(altered),
      fault('age1'),
      fault('ssh-ed25519 AAAA'),
      fault(recipient.toUpperCase()),
    ]) {
      expect(refused).toMatchObject({ code: 'invalid-input', fields: [{ pointer: '/recipient' }] })
    }
  })

  test('an identity is named as one, and not repeated', async () => {
    const identity = await generateX25519Identity()
    const { fields, text } = fault(identity)
    expect(fields[0]?.detail).toContain('This is an identity')
    expect(text).not.toContain(identity)
  })
})
