import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from './client.ts'

/**
 * Waits until MinIO has loaded its IAM data: before that it signs nobody in.
 * @returns false when it has not within `timeoutMs`, as with drives whose IAM data no key at hand opens
 */
export async function untilIamLoaded(mc: Client, signal: AbortSignal, timeoutMs = 30_000): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(250, undefined, { signal })) {
    const loaded = await mc('admin', 'user', 'ls', 'demo').then(
      () => true,
      () => false,
    )
    if (loaded) return true
  }
  return false
}

const BUCKET = 'q4-reports'
const PLAIN = {
  'summary.csv': 'quarter,revenue,cost\nQ3,1204000,874000\nQ4,1391000,902000\n',
  'regions.csv': 'region,revenue\nnorth,512000\nsouth,387000\nwest,492000\n',
  'notes/board.txt': 'Draft for the board. Numbers are not audited yet.\n',
}
const ENCRYPTED = {
  'payroll/october.csv': 'team,total\nengineering,211000\nfinance,98000\n',
  'payroll/november.csv': 'team,total\nengineering,214000\nfinance,98500\n',
  'payroll/december.csv': 'team,total\nengineering,231000\nfinance,104000\n',
}

/** Puts a few objects with today's server into a bucket of their own: three plain ones, three under SSE-S3. */
export async function putSampleObjects(mc: Client, scratch: string): Promise<void> {
  const [plain, encrypted] = [join(scratch, 'plain'), join(scratch, 'encrypted')]
  writeAll(plain, PLAIN)
  writeAll(encrypted, ENCRYPTED)
  const bucket = `demo/${BUCKET}/`
  await mc('mb', '--ignore-existing', bucket)
  await mc('cp', '--recursive', `${plain}/`, bucket)
  await mc('cp', '--recursive', '--enc-s3', bucket, `${encrypted}/`, bucket)
  rmSync(scratch, { recursive: true })
}

function writeAll(folder: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
