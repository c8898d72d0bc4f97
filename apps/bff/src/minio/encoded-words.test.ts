import { expect, test } from 'vitest'
import { decodeWords } from './encoded-words.ts'

/** As a real MinIO answered them. */
test.each([
  ['=?UTF-8?b?w4RwZmVsOiDml6XmnKwsICJ6aXRpZXJ0Ig==?=', 'Äpfel: 日本, "zitiert"'],
  [
    '=?UTF-8?q?=C3=B6_only_words_and_more_and_more_and_more_and_more_and_more_?= =?UTF-8?q?and_more_and_more_and_more_and_more_and_more?=',
    `ö only words${' and more'.repeat(10)}`,
  ],
  ['plain, with  two spaces', 'plain, with  two spaces'],
  ['said =?UTF-8?q?=C3=B6?= inside', 'said =?UTF-8?q?=C3=B6?= inside'],
])('%s', (sent, meant) => {
  expect(decodeWords(sent)).toBe(meant)
})

test.each(['=?UTF-8?q?abc?=', '=?utf-8?q?=C3=B6?=', '=?UTF-8?B?w7Y=?=', '=?UTF-8?Q?=C3=B6?='])(
  '%s is what somebody stored',
  (stored) => expect(decodeWords(stored)).toBe(stored),
)
