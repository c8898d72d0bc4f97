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
import { pageFiles } from './page-files.ts'

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

/** What a page reads first, once it is known that somebody is signed in; `begin` has mostly begun it. */
const firstReads: Readonly<Record<string, () => void>> = {
  [paths.overview]: early(query(readOverview, {})),
  '/buckets/:name?': early(bucketList),
  [paths.kms]: early(query(readKms, {})),
  '/keys/:name?': early(keyList),
  [paths.iam]: early(query(readAudit, {})),
}

const routes = pageFiles.map(({ path, file }): { path: string; page: Page; read: (() => void) | undefined } => ({
  path,
  page: file ? page(file) : OverviewPage,
  read: firstReads[path],
}))

/**
 * The page of the present address. Its file begins to come before it is known who may see it, and what it reads as soon
 * as somebody is signed in.
 */
export function usePage() {
  const { parser } = useRouter()
  const [location] = useLocation()
  const signedIn = useSession() !== undefined
  const route = routes.find(({ path }) => matchRoute(parser, path, location)[0])
  if (!route) return <NotFound />
  route.page.load?.().catch(() => {}) // When it is drawn, the page tells what failed.
  if (signedIn) route.read?.()
  return <Route path={route.path} component={route.page} />
}
