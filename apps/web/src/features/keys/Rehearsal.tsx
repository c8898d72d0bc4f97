import type { KeyDeletion } from '@strongroom/shared/key-deletion'
import { Icon } from '../../ui/Icon.tsx'

const looks = {
  true: { icon: 'good', word: 'Holds', ink: 'text-good' },
  false: { icon: 'critical', word: 'Does not hold', ink: 'text-critical' },
  null: { icon: 'unknown', word: 'Can’t be told', ink: 'text-warning' },
} as const

/** With the key denied: would every node come up again, and is everything else readable? */
export function Rehearsal({ checks }: { checks: KeyDeletion['rehearsal'] }) {
  if (checks.length === 0) return null
  return (
    <section aria-label="Rehearsal" className="space-y-2">
      <h3 className="text-sm font-semibold">Rehearsal: would the cluster live without it?</h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {checks.map(({ title, holds, detail }) => {
          const { icon, word, ink } = looks[`${holds}`]
          return (
            <li key={title} className="flex gap-2.5 px-3 py-2 text-sm">
              <Icon name={icon} className={`mt-0.5 ${ink}`} />
              <div className="min-w-0">
                <p>
                  <span className="font-medium">{title}</span> <span className={ink}>{word}</span>
                </p>
                <p className="text-muted wrap-anywhere">{detail}</p>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
