import type { Overview } from '@strongroom/shared/overview'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { count, counted } from '../../lib/format.ts'
import { kmsWords } from '../../lib/kms-words.ts'
import { paths } from '../../lib/paths.ts'
import { sealSegments } from '../../lib/seal.ts'
import { Icon } from '../../ui/Icon.tsx'
import { SealBar } from '../../ui/Seal.tsx'

export function Tiles({ overview: { verdict, kms, buckets, iam, keys, findings } }: { overview: Overview }) {
  const [, navigate] = useLocation()
  const silent = findings.some(({ id }) => KES_SILENT.includes(id))
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
          {kms.standby && kms.kind !== 'unknown' && '; a KES stands beside it'}
        </p>
      </Tile>
      <Tile title="Buckets" href={paths.buckets}>
        <Big>{buckets ? sealing(buckets) : 'Not known'}</Big>
        <p className="text-muted">{buckets ? bucketRest(buckets) : 'They could not be read'}</p>
      </Tile>
      <Tile title="Keys" href={paths.keys}>
        <Big>{keys ? counted(keys.total, 'key') : silent ? 'Not known' : 'Not shown to you'}</Big>
        <p className="text-muted">{keys ? 'in KES' : silent ? 'KES can’t tell them now' : 'Not asked, or refused'}</p>
      </Tile>
      <Tile title="IAM at rest" href={paths.iam} className="sm:col-span-2 xl:col-span-3">
        {iam ? (
          <>
            <SealBar
              caption="IAM and config items by what seals them"
              noun="item"
              segments={sealSegments(iam.counts, iam.defaultKey)}
              readAt={iam.takenAt}
              onSelect={(seal) => seal && navigate(paths.iamSeal(seal))}
            />
            <Regressed findings={findings} />
          </>
        ) : (
          <p className="text-muted">{whyUnseen(verdict)}</p>
        )}
      </Tile>
    </div>
  )
}

/** With one of these it is not for want of a right that keys are not told. */
const KES_SILENT = ['kes-down', 'kes-cached-only', 'kes-endpoint']

/** The finding that leads to the comparison of two audits is the one that tells of items that became worse. */
function Regressed({ findings }: Pick<Overview, 'findings'>) {
  const found = findings.find(({ action }) => action.href?.startsWith(paths.iamCompare))
  if (!found?.action.href) return null
  return (
    <Link
      href={found.action.href}
      className="mt-1 inline-flex items-center gap-1.5 text-sm font-semibold text-critical hover:underline"
    >
      <Icon name="critical" size={14} />
      {found.title}
    </Link>
  )
}

const trip = (works: boolean | null) =>
  works === null ? 'its round trip is not known' : works ? 'its round trip works' : 'its round trip fails'

/** The overview has no field for it; the verdict says it in words. */
function whyUnseen({ sentence, evidence }: Overview['verdict']) {
  const words = `${sentence} ${evidence}`
  if (/not shown (to you|now)/.test(words)) return 'The drives are not shown to you.'
  if (words.includes('have not been read yet')) return 'Not observed: the drives have not been read yet.'
  return 'Not shown: see the verdict above.'
}

/** None that is known to seal is not the same as none that seals. */
const sealing = ({ total, encrypting, unknown }: NonNullable<Overview['buckets']>) =>
  total > 0 && unknown === total ? 'Not known' : `${count(encrypting)} of ${count(total)} seal new objects`

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
