import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { allKeys } from '../../api/keys.ts'
import { query } from '../../api/query.ts'
import type { Known } from './bulk-plan.ts'

/**
 * What plans are made from. The keys are known where MinIO runs on the KES that the console lists: beside a static key they
 * would say nothing of what MinIO takes.
 */
export function useKnown(): Known & { readonly kms: boolean | null } {
  const kms = useQuery(query(readKms, {})).data
  const onKes = kms?.kind === 'kes'
  const keys = useQuery({ ...allKeys, enabled: onKes }).data
  return useMemo(
    () => ({
      keys: onKes && keys ? new Set(keys.map(({ name }) => name)) : null,
      autoEncryption: kms?.autoEncryption ?? null,
      kms: kms === undefined || kms.kind === 'unknown' ? null : kms.kind !== 'none',
    }),
    [keys, kms, onKes],
  )
}
