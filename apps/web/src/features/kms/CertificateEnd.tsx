import type { CertificateState } from '@strongroom/shared/kms'
import { counted, exact } from '../../lib/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { toneInk, toneWord } from '../../ui/Note.tsx'

/** When a certificate ends; from 30 days on with its severity. */
export function CertificateEnd({ certificate: { notAfter, daysLeft, severity } }: { certificate: CertificateState }) {
  const when = (
    <time dateTime={notAfter} title={exact(notAfter)}>
      <span className="whitespace-nowrap">{endWords(daysLeft)},</span>{' '}
      <span className="whitespace-nowrap">{notAfter.slice(0, 10)}</span>
    </time>
  )
  if (!severity) return when
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${toneInk(severity)}`}>
      <Icon name={severity} />
      <span className="sr-only">{toneWord(severity)}:</span>
      {when}
    </span>
  )
}

function endWords(daysLeft: number) {
  if (daysLeft < 0) return `ended ${counted(-daysLeft, 'day')} ago`
  return daysLeft === 0 ? 'ends today' : `ends in ${counted(daysLeft, 'day')}`
}
