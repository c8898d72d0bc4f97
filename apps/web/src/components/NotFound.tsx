import { Link } from 'wouter'
import { paths } from '../lib/paths.ts'
import { buttonClass } from '../ui/Button.tsx'
import { Page } from './Page.tsx'

export function NotFound() {
  return (
    <Page title="No such page" lead="Strongroom has no page at this address.">
      <Link href={paths.overview} className={buttonClass()}>
        Overview
      </Link>
    </Page>
  )
}
