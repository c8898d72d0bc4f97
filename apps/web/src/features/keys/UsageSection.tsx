import { type KeyUse, readKeyUsage } from '@strongroom/shared/key-deletion'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { count } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { topCell as cell, head } from '../../ui/plain-table.ts'
import { ScrollBox, Time } from '../../ui/Text.tsx'
import { placeWords, useLooks } from './key-words.ts'
import { State } from './State.tsx'

/** Everything that may still need the key: what was not seen counts as in use. */
export function UsageSection({ name }: { name: string }) {
  const usage = useQuery({ ...query(readKeyUsage, { name }), staleTime: 30_000 })
  return (
    <section aria-label="Where used" className="space-y-4">
      <p className="max-w-[75ch] text-sm text-muted">
        What still needs this key, place by place. What can’t be excluded counts as in use: a key that seems free and is
        not takes its data with it.
      </p>
      <ReadView read={usage}>
        {({ uses, deletable, checkedAt }) => (
          <>
            {deletable ? (
              <Note tone="good" title="Nothing needs this key, and nothing was left unseen">
                It can be deleted, in stages.
              </Note>
            ) : (
              <Note tone="warning" title="This key can’t be deleted now">
                {placesOf(uses, 'in-use', 'In use')}
                {placesOf(uses, 'unknown', 'Can’t be excluded')}
                <p>Each row says what to do about it.</p>
              </Note>
            )}
            <UseTable uses={uses.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))} />
            <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
              <Button busy={usage.isFetching} onClick={() => void usage.refetch()}>
                Look again
              </Button>
              <p>
                Looked at <Time at={checkedAt} />.
              </p>
            </div>
          </>
        )}
      </ReadView>
    </section>
  )
}

/** What is in the way comes first. */
const order = ['in-use', 'unknown', 'free']

function placesOf(uses: readonly KeyUse[], wanted: KeyUse['verdict'], word: string) {
  const places = uses.filter(({ verdict }) => verdict === wanted).map(({ place }) => placeWords[place])
  if (places.length === 0) return null
  return (
    <p>
      {word}: {places.join('; ')}.
    </p>
  )
}

const UseTable = ({ uses }: { uses: readonly KeyUse[] }) => (
  <ScrollBox className="rounded-md border border-line bg-surface">
    <table aria-label="Places" className="w-full text-sm sm:min-w-[52rem]">
      <thead>
        <tr>
          <th scope="col" className={head}>
            Place
          </th>
          <th scope="col" className={head}>
            Verdict
          </th>
          <th scope="col" className={`${head} text-right max-sm:hidden`}>
            Count
          </th>
          <th scope="col" className={`${head} max-sm:hidden`}>
            What was seen
          </th>
          <th scope="col" className={`${head} max-sm:hidden`}>
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {uses.map((use) => (
          <UseRow key={use.place} use={use} />
        ))}
      </tbody>
    </table>
  </ScrollBox>
)

/** Where there is little room, what was seen stands under the place. */
function UseRow({ use }: { use: KeyUse }) {
  const word = placeWords[use.place]
  return (
    <tr>
      <th scope="row" className={`${cell} sm:w-52`}>
        {use.href ? (
          <Link href={use.href} className="text-accent underline">
            {word}
          </Link>
        ) : (
          word
        )}
        <span className="mt-1 block sm:hidden">
          <Seen use={use} />
        </span>
      </th>
      <td className={`${cell} max-sm:min-w-25 sm:whitespace-nowrap`}>
        <State look={useLooks[use.verdict]} />
      </td>
      <td className={`${cell} text-right max-sm:hidden`}>{use.count === null ? '–' : count(use.count)}</td>
      <td className={`${cell} max-sm:hidden`}>
        <Seen use={use} />
      </td>
      <td className={`${cell} text-muted max-sm:hidden`}>{use.at ? <Time at={use.at} /> : 'never'}</td>
    </tr>
  )
}

const Seen = ({ use: { detail, examples } }: { use: KeyUse }) => (
  <>
    <span className="block max-w-[70ch] wrap-anywhere">{detail}</span>
    {examples.length > 0 && (
      <span className="mt-1 block font-mono text-xs wrap-anywhere text-muted">{examples.join(', ')}</span>
    )}
  </>
)
