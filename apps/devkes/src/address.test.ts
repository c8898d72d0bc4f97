import { expect, test } from 'vitest'
import { parseAddress, portOf } from './address.ts'

test.each([
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['[::1]:7373', '::1', 7373],
  [':7373', '0.0.0.0', 7373],
  ['127.0.0.1:', '127.0.0.1', 0],
])('%s', (text, host, port) => {
  const address = parseAddress(text)
  expect(address.host).toBe(host)
  expect(portOf(address)).toBe(port)
})
