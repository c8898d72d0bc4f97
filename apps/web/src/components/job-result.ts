import type { Job } from '@strongroom/shared/jobs'
import { paths } from '../lib/paths.ts'

export interface Place {
  readonly href: string
  readonly word: string
}

type Named = Pick<Job, 'id' | 'kind' | 'target' | 'hasReport'>

/** Where what a job did can be read; null: it leaves nothing but what its own page shows. */
export function jobResult({ id, kind, target, hasReport }: Named): Place | null {
  switch (kind) {
    case 'iam-audit':
    case 'iam-migration':
    case 'kes-drill':
      return hasReport ? { href: paths.iamReport(id), word: 'Open the report' } : null
    case 'bucket-encryption':
    case 'bucket-probe':
      return { href: paths.bucketRun(id), word: 'See each bucket' }
    case 'object-encryption':
    case 'plain-removal':
      return { href: paths.objectRun(id), word: 'Open the report' }
    case 'coverage':
      return target === null
        ? { href: paths.buckets, word: 'See the counts' }
        : { href: paths.bucketTab(target, 'objects'), word: 'See the count' }
  }
}

/** Where work of this kind is started. */
export function jobHome({ kind, target }: Pick<Job, 'kind' | 'target'>): Place {
  if (kind === 'iam-audit' || kind === 'iam-migration') return { href: paths.iam, word: 'IAM migration' }
  if (kind === 'kes-drill') return { href: paths.drills, word: 'Drills' }
  return target === null ? { href: paths.buckets, word: 'Buckets' } : { href: paths.bucket(target), word: target }
}
