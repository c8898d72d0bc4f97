import { describe, expect, test } from 'vitest'
import type { MinioNode } from '../minio/info.ts'
import { differingNodes } from './node-kms.ts'

const node = (endpoint: string, env: MinioNode['env']): MinioNode => ({
  ...{ endpoint, env, url: null, state: 'online', version: null, uptimeSeconds: null },
  ...{ drives: 1, drivesOnline: 1, drivesHealing: [] },
})

const kes = (key: string) => ({
  MINIO_KMS_KES_KEY_NAME: key,
  MINIO_KMS_KES_ENDPOINT: 'https://kes',
  MINIO_BROWSER: 'off',
})

describe('nodes that run on other KMS settings', () => {
  test('there are none where all agree, whatever else differs, and whoever tells nothing', () => {
    expect(differingNodes([])).toBeNull()
    expect(differingNodes([node('a', null), node('b', null)])).toBeNull()
    const other = { ...kes('one'), MINIO_BROWSER: 'on' }
    expect(differingNodes([node('a', kes('one')), node('b', null), node('c', other)])).toBeNull()
  })

  test('the few are named, and what differs', () => {
    const nodes = [node('a', kes('two')), node('b', kes('one')), node('c', kes('one')), node('d', {})]
    expect(differingNodes(nodes)).toEqual({
      nodes: ['a', 'd'],
      unlike: 'b',
      variables: ['MINIO_KMS_KES_ENDPOINT', 'MINIO_KMS_KES_KEY_NAME'],
    })
  })

  test('one against one, that with fewer settings is the odd one', () => {
    const difference = { nodes: ['a'], unlike: 'b', variables: ['MINIO_KMS_KES_ENDPOINT', 'MINIO_KMS_KES_KEY_NAME'] }
    expect(differingNodes([node('a', {}), node('b', kes('one'))])).toEqual(difference)
  })

  test('one that tells nothing hides no difference of the others', () => {
    const nodes = [node('a', kes('one')), node('b', null), node('c', kes('two'))]
    expect(differingNodes(nodes)?.variables).toEqual(['MINIO_KMS_KES_KEY_NAME'])
  })
})
