import type { KesHop } from '@strongroom/shared/kms'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { firstBroken, hopLooks, hopWords, wayWords } from './hops.ts'

/** The way to a data key, hop by hop; the first that is broken is explained, with what to do. */
export function HopLine({ hops }: { hops: readonly KesHop[] }) {
  const broken = firstBroken(hops)
  const unknown = broken ? [] : hops.filter(({ state }) => state === 'unknown')
  return (
    <div className="space-y-3">
      <p className="sr-only">{wayWords(hops)}</p>
      <ol aria-label="The way to a data key" className="flex flex-col lg:flex-row">
        {hops.map((hop, index) => (
          <Hop key={hop.hop} hop={hop} first={index === 0} />
        ))}
      </ol>
      {unknown.map(({ hop, detail }) => (
        <p key={hop} className="text-sm text-muted">
          {hopWords[hop]} is not known: {detail}
        </p>
      ))}
      {broken && (
        <Note tone="critical" title={`${hopWords[broken.hop]}: ${broken.detail}`}>
          {broken.cure}
        </Note>
      )}
    </div>
  )
}

/** A stroke leads from the hop before: whole when that was passed, broken off when it was not. */
function Hop({ hop: { hop, state, detail }, first }: { hop: KesHop; first: boolean }) {
  const { icon, word, ink } = hopLooks[state]
  return (
    <li
      title={detail}
      className="relative flex min-w-0 items-center gap-2.5 py-1 lg:flex-1 lg:flex-col lg:gap-1 lg:py-0"
    >
      {!first && (
        <span
          aria-hidden="true"
          className={`absolute border-edge max-lg:-top-2 max-lg:left-2.5 max-lg:h-4 max-lg:border-l lg:top-2.5 lg:right-[calc(50%+0.9rem)] lg:left-[calc(-50%+0.9rem)] lg:border-t ${state === 'not-reached' ? 'border-dashed' : ''}`}
        />
      )}
      <Icon name={icon} size={20} className={ink} />
      <span className="min-w-0 text-sm lg:text-center lg:text-xs">
        <span className={`block ${state === 'broken' ? 'font-semibold' : ''}`}>{hopWords[hop]}</span>
        <span className={`block text-xs ${ink}`}>{word}</span>
      </span>
    </li>
  )
}

/** What was seen at each hop, for those who want to see it themselves. */
export const HopDetails = ({ hops }: { hops: readonly KesHop[] }) => (
  <ul className="divide-y divide-line rounded-md border border-line">
    {hops.map(({ hop, state, detail, cure }) => (
      <li key={hop} className="flex gap-2 px-3 py-1.5">
        <Icon name={hopLooks[state].icon} className={`mt-0.5 ${hopLooks[state].ink}`} />
        <span className="min-w-0 wrap-anywhere">
          <span className="font-medium">{hopWords[hop]}</span>: {detail}
          {cure && <span className="block text-muted">{cure}</span>}
        </span>
      </li>
    ))}
  </ul>
)
