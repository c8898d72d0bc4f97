import { expect, test } from 'vitest'
import { filterParams } from './features/iam/item-filter.ts'
import { pageFiles, readsOf } from './page-files.ts'

const iam = pageFiles.find(({ path }) => path === '/iam')!

test('items are asked for before the code is here only as the page itself will ask', () => {
  expect(readsOf(iam, '')).toEqual(['/iam/audits/latest', expect.stringMatching(/items\?limit=\d+$/)])
  expect(readsOf(iam, '?job=1&q=')).toEqual(iam.reads)
})

test.each(filterParams)('an address with a filter in %s asks for the audit alone', (name) =>
  expect(readsOf(iam, `?${name}=x`)).toEqual(['/iam/audits/latest']),
)
