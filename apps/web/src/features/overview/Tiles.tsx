import type { Overview } from '@strongroom/shared/overview'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { count, counted } from '../../lib/format.ts'
import { kmsWords } from '../../lib/kms-words.ts'
import { paths } from '../../lib/paths.ts'
import { sealSegments } from '../../lib/seal.ts'
import { Icon } from '../../ui/Icon.tsx'
import { SealBar } from '../../ui/Seal.tsx'

export function Tiles({ overview: { kms, buckets, iam, keys } }: { overview: Overview }) {
  const [, navigate] = useLocation()
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      <Tile title="KMS" href={paths.kms}>
        <Big>{kmsWords[kms.kind as keyof typeof kmsWords] ?? kms.kind}</Big>
        <p className="text-muted">
          {kms.defaultKey ? (
            <>
              Default key <span className="font-mono text-xs">{kms.defaultKey}</span>, {trip(kms.keyWorks)}
            </>
          ) : kms.kind === 'unknown' ? (
            'MinIO did not say which key it uses'
          ) : (
            'No default key'
          )}
          {kms.standby && '; a KES stands beside it'}
        </p>
      </Tile>
      <Tile title="Buckets" href={paths.buckets}>
        <Big>{buckets ? `${count(buckets.encrypting)} of ${count(buckets.total)} seal new objects` : 'Not known'}</Big>
        <p className="text-muted">{buckets ? bucketRest(buckets) : 'They could not be read'}</p>
      </Tile>
      <Tile title="Keys" href={paths.keys}>
        <Big>{keys ? counted(keys.total, 'key') : 'Not known'}</Big>
        <p className="text-muted">{keys ? 'in KES' : 'Not asked, or refused'}</p>
      </Tile>
      <Tile title="IAM at rest" href={paths.iam} className="sm:col-span-2 xl:col-span-3">
        {iam ? (
          <SealBar
            caption="IAM and config items by what seals them"
            noun="item"
            segments={sealSegments(iam.counts, iam.defaultKey)}
            readAt={iam.takenAt}
            onSelect={(seal) => seal && navigate(paths.iamSeal(seal))}
          />
        ) : (
          <p className="text-muted">Not observed: the drives have not been read yet.</p>
        )}
      </Tile>
    </div>
  )
}

const trip = (works: boolean | null) =>
  works === null ? 'its round trip is not known' : works ? 'its round trip works' : 'its round trip fails'

function bucketRest({ total, encrypting, unknown }: NonNullable<Overview['buckets']>) {
  const open = total - encrypting - unknown
  const parts = [
    open > 0 && `${count(open)} ${open === 1 ? 'writes' : 'write'} them in plaintext`,
    unknown > 0 && `${count(unknown)} not known`,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : 'Objects written before stay as they are'
}

const Big = ({ children }: { children: ReactNode }) => <p className="text-xl font-semibold">{children}</p>

function Tile({
  title,
  href,
  className = '',
  children,
}: {
  title: string
  href: string
  className?: string
  children: ReactNode
}) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-md border border-line bg-surface p-4 ${className}`}>
      <h2 className="mb-1 text-sm font-medium">
        <Link href={href} className="inline-flex items-center gap-1 text-muted hover:text-ink hover:underline">
          {title}
          <Icon name="open" size={12} />
        </Link>
      </h2>
      {children}
    </section>
  )
}
