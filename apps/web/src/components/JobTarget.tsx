import { Link, useLocation } from 'wouter'
import { paths } from '../lib/paths.ts'
import { MiddleCut } from '../ui/Text.tsx'

/** The bucket that a job is about, unless this is its own page. */
export function JobTarget({ target }: { target: string | null }) {
  const [here] = useLocation()
  if (target === null || here === paths.bucket(target)) return null
  return (
    <Link
      href={paths.bucket(target)}
      className="relative inline-flex max-w-full min-w-0 font-mono text-xs text-accent hover:underline"
    >
      <MiddleCut text={target} />
    </Link>
  )
}
