import { Link } from 'wouter'
import { ProofResult } from '../../components/ProofResult.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Escrow } from './Escrow.tsx'
import type { Done } from './ImportPage.tsx'
import { useKeyUrls } from './key-url.ts'

/** What came of an import: the key, its proof, and the second copy where one was made. */
export function Imported({ done: { name, way, proof, escrow } }: { done: Done }) {
  const urls = useKeyUrls(name)
  return (
    <section aria-label="Result" className="max-w-3xl space-y-5 rounded-md border border-line bg-surface p-4">
      <p role="status">
        KES has the key <span className="font-mono text-xs">{name}</span> now.
      </p>
      {escrow && <Escrow name={name} escrow={escrow} />}
      <ProofResult proof={proof} />
      {!escrow && (
        <p className="text-sm text-muted">
          No second copy of it in KES is proven yet. Back up the keystore, and{' '}
          <Link href={paths.drills} className="text-accent underline">
            hold a drill
          </Link>{' '}
          on the backup.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {way === 'server' && (
          <Link href={paths.move} className={buttonClass('primary')}>
            Move to KES
          </Link>
        )}
        <Link href={urls.tab('details')} className={buttonClass()}>
          Show the key
        </Link>
      </div>
    </section>
  )
}
