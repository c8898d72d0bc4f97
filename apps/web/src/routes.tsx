import { type ComponentType, lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { NotFound } from './components/NotFound.tsx'
import { OverviewPage } from './features/overview/OverviewPage.tsx'
import { paths } from './lib/paths.ts'

const page = (load: () => Promise<ComponentType>) => lazy(() => load().then((component) => ({ default: component })))

const BucketsPage = page(() => import('./features/buckets/BucketsPage.tsx').then((file) => file.BucketsPage))
const KmsPage = page(() => import('./features/kms/KmsPage.tsx').then((file) => file.KmsPage))
const KesAccessPage = page(() => import('./features/kes-access/KesAccessPage.tsx').then((file) => file.KesAccessPage))
const DraftPage = page(() => import('./features/kes-access/DraftPage.tsx').then((file) => file.DraftPage))
const DrillsPage = page(() => import('./features/drills/DrillsPage.tsx').then((file) => file.DrillsPage))
const DrillPage = page(() => import('./features/drills/DrillPage.tsx').then((file) => file.DrillPage))
const KeysPage = page(() => import('./features/keys/KeysPage.tsx').then((file) => file.KeysPage))
const ImportPage = page(() => import('./features/keys/ImportPage.tsx').then((file) => file.ImportPage))
const IamPage = page(() => import('./features/iam/IamPage.tsx').then((file) => file.IamPage))
const ReportsPage = page(() => import('./features/iam/ReportsPage.tsx').then((file) => file.ReportsPage))
const ReportPage = page(() => import('./features/iam/ReportPage.tsx').then((file) => file.ReportPage))
const ComparePage = page(() => import('./features/iam/ComparePage.tsx').then((file) => file.ComparePage))
const MovePage = page(() => import('./features/move/MovePage.tsx').then((file) => file.MovePage))
const ActivityPage = page(() => import('./features/activity/ActivityPage.tsx').then((file) => file.ActivityPage))
const JobPage = page(() => import('./features/jobs/JobPage.tsx').then((file) => file.JobPage))
const JobsPage = page(() => import('./features/jobs/JobsPage.tsx').then((file) => file.JobsPage))

/** The whole map of the app. `:name?` is the side panel of a row: the list behind it stays mounted. */
export function Routes() {
  return (
    <Suspense>
      <Switch>
        <Route path={paths.overview} component={OverviewPage} />
        <Route path="/buckets/:name?" component={BucketsPage} />
        <Route path={paths.kms} component={KmsPage} />
        <Route path={paths.kesAccess} component={KesAccessPage} />
        <Route path={paths.kesDraft()} component={DraftPage} />
        <Route path={paths.drills} component={DrillsPage} />
        <Route path="/kms/drills/:id" component={DrillPage} />
        <Route path={paths.keyImport} component={ImportPage} />
        <Route path="/keys/:name?" component={KeysPage} />
        <Route path={paths.iam} component={IamPage} />
        <Route path={paths.iamReports} component={ReportsPage} />
        <Route path="/iam/reports/:id" component={ReportPage} />
        <Route path={paths.iamCompare} component={ComparePage} />
        <Route path={paths.move} component={MovePage} />
        <Route path={paths.activity} component={ActivityPage} />
        <Route path={paths.jobs} component={JobsPage} />
        <Route path="/jobs/:id" component={JobPage} />
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  )
}
