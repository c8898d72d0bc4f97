import type { ComponentType } from 'react'
import { FIRST_BUCKETS, FIRST_ITEMS, FIRST_KEYS } from './api/first-page.ts'
import { paths } from './lib/paths.ts'

export interface PageFile {
  /** `:name?` is the side panel of a row: the list behind it stays mounted. */
  readonly path: string
  /** Absent where the page comes with the app. */
  readonly file?: () => Promise<ComponentType>
  /** What it asks first, below the API's prefix, as the page itself will ask. */
  readonly reads?: readonly string[]
  /** Members of the URL's query with which it asks for something else than the last of `reads`. */
  readonly narrowedBy?: readonly string[]
}

/** What `page` asks first at an address with the query `search`. */
export function readsOf({ reads = [], narrowedBy = [] }: PageFile, search: string): readonly string[] {
  const params = new URLSearchParams(search)
  return narrowedBy.some((name) => params.get(name)) ? reads.slice(0, -1) : reads
}

/** The whole map of the app. The first that fits counts. */
export const pageFiles: readonly PageFile[] = [
  { path: paths.overview, reads: ['/overview'] },
  { path: paths.batchJobs, file: () => import('./features/buckets/BatchPage.tsx').then((file) => file.BatchPage) },
  {
    path: '/buckets/~runs/:id',
    file: () => import('./features/buckets/BucketRunPage.tsx').then((file) => file.BucketRunPage),
  },
  { path: paths.house, file: () => import('./features/buckets/HousePage.tsx').then((file) => file.HousePage) },
  {
    path: '/buckets/~objects/:id',
    file: () => import('./features/buckets/ObjectRunPage.tsx').then((file) => file.ObjectRunPage),
  },
  {
    path: '/buckets/:name?',
    file: () => import('./features/buckets/BucketsPage.tsx').then((file) => file.BucketsPage),
    reads: [`/buckets?limit=${FIRST_BUCKETS}`],
  },
  { path: paths.kms, file: () => import('./features/kms/KmsPage.tsx').then((file) => file.KmsPage), reads: ['/kms'] },
  {
    path: paths.kesAccess,
    file: () => import('./features/kes-access/KesAccessPage.tsx').then((file) => file.KesAccessPage),
  },
  { path: paths.kesDraft(), file: () => import('./features/kes-access/DraftPage.tsx').then((file) => file.DraftPage) },
  { path: paths.drills, file: () => import('./features/drills/DrillsPage.tsx').then((file) => file.DrillsPage) },
  { path: '/kms/drills/:id', file: () => import('./features/drills/DrillPage.tsx').then((file) => file.DrillPage) },
  { path: paths.keyImport, file: () => import('./features/keys/ImportPage.tsx').then((file) => file.ImportPage) },
  {
    path: '/keys/:name?',
    file: () => import('./features/keys/KeysPage.tsx').then((file) => file.KeysPage),
    reads: [`/keys?limit=${FIRST_KEYS}`],
  },
  {
    path: paths.iam,
    file: () => import('./features/iam/IamPage.tsx').then((file) => file.IamPage),
    reads: ['/iam/audits/latest', `/iam/audits/latest/items?limit=${FIRST_ITEMS}`],
    narrowedBy: ['seal', 'kind', 'opened', 'q'],
  },
  { path: paths.iamReports, file: () => import('./features/iam/ReportsPage.tsx').then((file) => file.ReportsPage) },
  { path: '/iam/reports/:id', file: () => import('./features/iam/ReportPage.tsx').then((file) => file.ReportPage) },
  { path: paths.iamCompare, file: () => import('./features/iam/ComparePage.tsx').then((file) => file.ComparePage) },
  { path: paths.move, file: () => import('./features/move/MovePage.tsx').then((file) => file.MovePage) },
  {
    path: paths.activity,
    file: () => import('./features/activity/ActivityPage.tsx').then((file) => file.ActivityPage),
  },
  { path: paths.jobs, file: () => import('./features/jobs/JobsPage.tsx').then((file) => file.JobsPage) },
  { path: '/jobs/:id', file: () => import('./features/jobs/JobPage.tsx').then((file) => file.JobPage) },
]
