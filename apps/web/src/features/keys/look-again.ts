import { readKeyDeletion, readKeyUsage } from '@strongroom/shared/key-deletion'
import { listKeys, readKey } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { invalidate } from '../../api/query.ts'

/** What an act on a key changes. */
export const lookAgain = () => invalidate(readKey, listKeys, readKeyDeletion, readKeyUsage, readOverview)
