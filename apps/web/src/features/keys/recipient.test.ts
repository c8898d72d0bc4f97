import { expect, test } from 'vitest'
import { recipientTrouble } from './recipient.ts'

const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

test.each([
  ['a recipient', recipient, null],
  ['with spaces around', ` ${recipient}\n`, null],
  ['nothing', '  ', /^Type the recipient/],
  ['one character short', recipient.slice(0, -1), /^A recipient begins/],
  ['a letter that bech32 has not', recipient.replace('q', 'b'), /^A recipient begins/],
  ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI', /^A recipient begins/],
  ['an identity', 'AGE-SECRET-KEY-1QQQQ', /^That was an identity/],
])('%s', (_, text, trouble) => {
  if (trouble === null) expect(recipientTrouble(text)).toBeNull()
  else expect(recipientTrouble(text)).toMatch(trouble)
})
