import type { Client } from '../apps/bff/test/client.ts'
import type { BareClient } from './bare-client.ts'
import { KEY_NAME } from './cluster.ts'

/** The console, and the least that a client of MinIO can do. */
export interface Ground {
  readonly client: Client
  readonly bare: BareClient
  readonly say: (line: string) => void
}

/** Of the bare client. */
export const CONNECTIONS = 32

export function setEncryption(bare: BareClient, bucket: string, algorithm: 'AES256' | 'aws:kms'): Promise<void> {
  const key = algorithm === 'AES256' ? '' : `<KMSMasterKeyID>${KEY_NAME}</KMSMasterKeyID>`
  const rule = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${key}</ApplyServerSideEncryptionByDefault>`
  const body = `<ServerSideEncryptionConfiguration><Rule>${rule}</Rule></ServerSideEncryptionConfiguration>`
  return bare.put(`/${bucket}`, { query: { encryption: '' }, body })
}
