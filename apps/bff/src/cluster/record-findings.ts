import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '@strongroom/shared/overview'
import type { RefusedRecord } from '../custody/record-seal.ts'
import { KEY_DELETIONS } from './key-deletions.ts'
import { plural } from './observed.ts'

const TOLD = 5
const ENDINGS = ['.json', '.audit.json']

/**
 * Records that somebody else wrote, as long as they lie there: whoever removes one, or does the act again, has dealt with it.
 * Those without any seal may be of before there were seals, and then the log is enough; a mark for deletion without one is
 * told in any case.
 */
export async function recordFindings(stateDir: string, refused: readonly RefusedRecord[]): Promise<Finding[]> {
  const told = refused.filter(({ kind, sealed }) => sealed || kind === KEY_DELETIONS)
  const files = (await Promise.all(told.map((record) => fileOf(stateDir, record)))).filter((file) => file !== null)
  if (files.length === 0) return []
  const named = files.sort().slice(0, TOLD).join(', ') + (files.length > TOLD ? ' …' : '')
  return [
    {
      id: 'foreign-records',
      severity: 'warning',
      title: `${plural(files.length, 'record')} in the state folder ${files.length === 1 ? 'was' : 'were'} not written by this console`,
      detail: `${named}: marks, proofs, drills and audits carry a seal, and theirs is another’s, or they have none. They count as none. Either what they are sealed under was changed (STRONGROOM_RECORDS_KEY, or without it the console’s KES identity), or they were copied, or somebody writes to the folder who should not. In the first case do again what they stand for; else find out who it was. Then remove the files.`,
      action: { label: 'See what was done', href: '/activity' },
    },
  ]
}

/** Below the state folder; null: it is gone. */
async function fileOf(stateDir: string, { kind, name }: RefusedRecord): Promise<string | null> {
  for (const ending of ENDINGS) {
    const file = join(kind, name + ending)
    if (
      await access(join(stateDir, file)).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return null
}
