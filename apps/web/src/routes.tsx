import { readAudit } from '@strongroom/shared/iam'
import { readKms } from '@strongroom/shared/kms'
import { readOverview } from '@strongroom/shared/overview'
import { type ComponentType, useEffect, useState } from 'react'
import { matchRoute, Route, useLocation, useRouter } from 'wouter'
import { bucketList } from './api/buckets.ts'
import { useSession } from './api/capabilities.ts'
import { keyList } from './api/keys.ts'
import { early, query } from './api/query.ts'
import { NotFound } from './components/NotFound.tsx'
import { OverviewPage } from './features/overview/OverviewPage.tsx'
import { paths } from './lib/paths.ts'

type Page = ComponentType & {
  /** Of a page in a file of its own: begins to fetch the file, once. */
  readonly load?: () => Promise<ComponentType>
}

/** A page in a file of its own, empty until that is here. Without Suspense: React shows nothing for 300 ms after a fallback. */
function page(fetchFile: () => Promise<ComponentType>): Page {
  let [loading, loaded]: [Promise<ComponentType>?, ComponentType?] = []
  const load = () => {
    loading ??= fetchFile().then((component) => (loaded = component))
    return loading
  }
  function FiledPage() {
    const [Component, setComponent] = useState(() => loaded)
    const [failure, setFailure] = useState<{ readonly cause: unknown }>()
    useEffect(() => {
      load().then(
        (component) => setComponent(() => component),
        (cause: unknown) => setFailure({ cause }),
      )
    }, [])
    if (failure) throw failure.cause
    return Component ? <Component /> : null
  }
  return Object.assign(FiledPage, { load })
}

const BucketsPage = page(() => import('./features/buckets/BucketsPage.tsx').then((file) => file.BucketsPage))
const BucketRunPage = page(() => import('./features/buckets/BucketRunPage.tsx').then((file) => file.BucketRunPage))
const HousePage = page(() => import('./features/buckets/HousePage.tsx').then((file) => file.HousePage))
const BatchPage = page(() => import('./features/buckets/BatchPage.tsx').then((file) => file.BatchPage))
const ObjectRunPage = page(() => import('./features/buckets/ObjectRunPage.tsx').then((file) => file.ObjectRunPage))
const KmsPage = page(() => import('./features/kms/KmsPage.tsx').then((file) => file.KmsPage))
const KesAccessPage = page(() => import('./features/kes-access/KesAccessPage.tsx').then((file) => file.KesAccessPage))
const DraftPage = page(() => import('./features/kes-access/DraftPage.tsx').then((file) => file.DraftPage))
const DrillsPage = page(() => import('./features/drills/DrillsPage.tsx').then((file) => file.DrillsPage))
const DrillPage = page(() => import('./features/drills/DrillPage.tsx').then((file) => file.DrillPage))
const ImportPage = page(() => import('./features/keys/ImportPage.tsx').then((file) => file.ImportPage))
const KeysPage = page(() => import('./features/keys/KeysPage.tsx').then((file) => file.KeysPage))
const IamPage = page(() => import('./features/iam/IamPage.tsx').then((file) => file.IamPage))
const ReportsPage = page(() => import('./features/iam/ReportsPage.tsx').then((file) => file.ReportsPage))
const ReportPage = page(() => import('./features/iam/ReportPage.tsx').then((file) => file.ReportPage))
const ComparePage = page(() => import('./features/iam/ComparePage.tsx').then((file) => file.ComparePage))
const MovePage = page(() => import('./features/move/MovePage.tsx').then((file) => file.MovePage))
const ActivityPage = page(() => import('./features/activity/ActivityPage.tsx').then((file) => file.ActivityPage))
const JobsPage = page(() => import('./features/jobs/JobsPage.tsx').then((file) => file.JobsPage))
const JobPage = page(() => import('./features/jobs/JobPage.tsx').then((file) => file.JobPage))

interface AppRoute {
  readonly path: string
  readonly page: Page
  /** What the page asks for first: its file need not be here to ask. */
  readonly reads?: readonly (() => void)[]
}

/** The whole map of the app. `:name?` is the side panel of a row: the list behind it stays mounted. */
const routes: readonly AppRoute[] = [
  { path: paths.overview, page: OverviewPage, reads: [early(query(readOverview, {}))] },
  { path: paths.batchJobs, page: BatchPage },
  { path: '/buckets/~runs/:id', page: BucketRunPage },
  { path: paths.house, page: HousePage },
  { path: '/buckets/~objects/:id', page: ObjectRunPage },
  { path: '/buckets/:name?', page: BucketsPage, reads: [early(bucketList)] },
  { path: paths.kms, page: KmsPage, reads: [early(query(readKms, {}))] },
  { path: paths.kesAccess, page: KesAccessPage },
  { path: paths.kesDraft(), page: DraftPage },
  { path: paths.drills, page: DrillsPage },
  { path: '/kms/drills/:id', page: DrillPage },
  { path: paths.keyImport, page: ImportPage },
  { path: '/keys/:name?', page: KeysPage, reads: [early(keyList)] },
  { path: paths.iam, page: IamPage, reads: [early(query(readAudit, {}))] },
  { path: paths.iamReports, page: ReportsPage },
  { path: '/iam/reports/:id', page: ReportPage },
  { path: paths.iamCompare, page: ComparePage },
  { path: paths.move, page: MovePage },
  { path: paths.activity, page: ActivityPage },
  { path: paths.jobs, page: JobsPage },
  { path: '/jobs/:id', page: JobPage },
]

/**
 * The page of the present address. Its file begins to come before it is known who may see it, and what it reads as soon
 * as somebody is signed in: on a slow line, what waits for one another is what makes a page late.
 */
export function usePage() {
  const { parser } = useRouter()
  const [location] = useLocation()
  const signedIn = useSession() !== undefined
  const route = routes.find(({ path }) => matchRoute(parser, path, location)[0])
  if (!route) return <NotFound />
  route.page.load?.().catch(() => {}) // When it is drawn, the page tells what failed.
  if (signedIn) for (const read of route.reads ?? []) read()
  return <Route path={route.path} component={route.page} />
}
