import { Link } from 'wouter'
import { paths } from '../../lib/paths.ts'
import { MiddleCut } from '../../ui/Text.tsx'

/** Leads from a row of another page to its bucket; the whole row is the target. */
export const BucketLink = ({ name }: { name: string }) => (
  <Link
    href={paths.bucket(name)}
    data-row={name}
    className="font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
  >
    <MiddleCut text={name} />
  </Link>
)
