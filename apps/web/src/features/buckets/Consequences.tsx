import type { BucketTrait } from '@strongroom/shared/object-encryption'
import { Choice } from '../../ui/Field.tsx'
import { type EncryptionPlan, notThere, toAccept, traitNames } from './encryption-choice.ts'

type Props = {
  plan: EncryptionPlan
  accepted: ReadonlySet<BucketTrait>
  onAccept: (accepted: ReadonlySet<BucketTrait>) => void
}

/** What makes it mean more than it seems in this bucket: each wants its own yes. */
export function Consequences({ plan, accepted, onAccept }: Props) {
  const asked = toAccept(plan)
  const absent = notThere(plan)
  const tick = (trait: BucketTrait, on: boolean) => {
    const next = new Set(accepted)
    if (on) next.add(trait)
    else next.delete(trait)
    onAccept(next)
  }
  return (
    <fieldset className="space-y-3 rounded-md border border-warning/40 bg-warning-soft p-3">
      <legend className="sr-only">What follows in this bucket</legend>
      <p className="text-sm font-semibold">What follows in this bucket</p>
      {asked.map(({ trait, consequence, asks }) => (
        <Choice
          key={trait}
          type="checkbox"
          checked={accepted.has(trait)}
          onChange={(event) => tick(trait, event.target.checked)}
          label={`${traitNames[trait]}${asks ? '' : ' (not needed to begin)'}`}
          hint={consequence}
        />
      ))}
      {asked.length === 0 && <p className="text-sm">Nothing that needs a yes of its own.</p>}
      {absent.length > 0 && <p className="text-sm text-muted">Does not apply here: {absent.join(', ')}.</p>}
    </fieldset>
  )
}

export const Always = ({ always }: Pick<EncryptionPlan, 'always'>) => (
  <section aria-label="What is always so" className="text-sm">
    <h3 className="mb-1 font-semibold">What is always so</h3>
    <ul className="list-disc space-y-1 pl-5 text-muted">
      {always.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  </section>
)
