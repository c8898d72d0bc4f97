import { type Coverage, downloadPlainObjects } from '@strongroom/shared/coverage'
import { downloadUrl } from '../../api/base.ts'
import { bytes, count, counted, duration, rate } from '../../lib/format.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { cell, head } from '../../ui/plain-table.ts'
import { SealBadge, SealBar } from '../../ui/Seal.tsx'
import { HowWeKnow, Lines, ScrollBox, Time } from '../../ui/Text.tsx'
import { coverageRows, coverageSegments, listingRate } from './coverage-words.ts'
import { countLines } from './object-lines.ts'

type Props = { coverage: Coverage; defaultKey: string | null }

/** The last whole counting: how much of what is there is sealed, by what, and where it is not. */
export function CoverageView({ coverage, defaultKey }: Props) {
  const { total, deleteMarkers, takenAt, startedAt, by, prefix } = coverage
  return (
    <div className="space-y-4">
      {total === 0 ? (
        <p className="text-sm">There was no object{prefix && ` below ${prefix}`}.</p>
      ) : (
        <SealBar
          caption="Versions of objects by what seals them"
          noun="version"
          segments={coverageSegments(coverage.counts, defaultKey)}
          readAt={takenAt ?? startedAt}
        />
      )}
      <p className="text-sm text-muted">
        Counted <Time at={takenAt ?? startedAt} /> by {by.join(', ')}
        {prefix && (
          <>
            , only below <span className="font-mono text-xs">{prefix}</span>
          </>
        )}
        .{' '}
        {deleteMarkers > 0
          ? `${counted(deleteMarkers, 'delete marker')} besides, which hold no bytes.`
          : 'No delete markers.'}
      </p>
      {total > 0 && <States coverage={coverage} defaultKey={defaultKey} />}
      <Prefixes coverage={coverage} />
      <PlainList coverage={coverage} />
      <How coverage={coverage} />
    </div>
  )
}

const number = `${cell} text-right whitespace-nowrap`
const numberHead = `${head} text-right!`

const States = ({ coverage, defaultKey }: Props) => (
  <ScrollBox className="rounded-md border border-line">
    <table aria-label="Current and older versions by what seals them" className="w-full text-sm">
      <thead>
        <tr>
          <th scope="col" className={head}>
            Sealed by
          </th>
          <th scope="col" className={numberHead}>
            Current
          </th>
          <th scope="col" className={numberHead}>
            Older
          </th>
        </tr>
      </thead>
      <tbody>
        {coverageRows(coverage.counts, defaultKey).map(({ id, look, label, current, older }) => (
          <tr key={id}>
            <th scope="row" className={cell}>
              <SealBadge look={look} label={label} />
            </th>
            <td className={number}>
              <Tally {...current} />
            </td>
            <td className={number}>
              <Tally {...older} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollBox>
)

const Tally = ({ count: items, bytes: size }: { count: number; bytes: number }) =>
  items === 0 ? (
    <span className="text-muted">–</span>
  ) : (
    <>
      {count(items)} <span className="text-muted max-sm:block">{bytes(size)}</span>
    </>
  )

/** Most plain first. One prefix alone tells nothing that the table above does not. */
function Prefixes({ coverage: { byPrefix } }: { coverage: Coverage }) {
  if (byPrefix.length < 2) return null
  return (
    <ScrollBox className="max-h-80 overflow-y-auto rounded-md border border-line">
      <table aria-label="Versions by the first part of their key" className="w-full text-sm">
        <thead>
          <tr>
            <th scope="col" className={head}>
              Prefix
            </th>
            <th scope="col" className={numberHead}>
              Versions
            </th>
            <th scope="col" className={numberHead}>
              Plaintext
            </th>
            <th scope="col" className={`${numberHead} max-sm:hidden`}>
              Not observed
            </th>
          </tr>
        </thead>
        <tbody>
          {byPrefix.map(({ prefix, total, plain, plainBytes, unknown }) => (
            <tr key={prefix ?? '\u0000'}>
              <th scope="row" className={`${cell} wrap-anywhere`}>
                {prefix === null ? (
                  <span className="text-muted">All other prefixes</span>
                ) : (
                  <span className="font-mono text-xs">{prefix === '' ? '(no prefix)' : prefix}</span>
                )}
              </th>
              <td className={number}>{count(total)}</td>
              <td className={`${number} ${plain > 0 ? 'text-critical' : ''}`}>
                <Tally count={plain} bytes={plainBytes} />
              </td>
              <td className={`${number} max-sm:hidden`}>
                {unknown > 0 ? count(unknown) : <span className="text-muted">–</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function PlainList({ coverage: { bucket, plain, listed } }: { coverage: Coverage }) {
  if (plain === 0) return null
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <a href={downloadUrl(downloadPlainObjects, { bucket })} download className={buttonClass()}>
        Download what is plain (CSV)
      </a>
      <span className="text-muted">
        {listed < plain
          ? `The first ${count(listed)} of ${counted(plain, 'version')}: the list was full.`
          : `${counted(plain, 'version')}, with sizes and times.`}
      </span>
    </p>
  )
}

const How = ({ coverage }: { coverage: Coverage }) => (
  <HowWeKnow>
    <p className="text-muted">
      Every version was listed with its metadata, as MinIO answers{' '}
      <span className="font-mono text-xs">?versions&metadata=true</span>: {counted(coverage.pages, 'call')},{' '}
      {duration(coverage.listedMs / 1000)} of MinIO’s time, {rate(listingRate(coverage))}. Where MinIO left the metadata
      out, the version is not observed, and never called plain. SSE-S3 names no key over S3: its objects are drawn in
      the colour of the default key, and older ones may need the keys that were the default before.
    </p>
    <Lines label="The same from a terminal, object by object" lines={countLines(coverage.bucket, coverage.prefix)} />
  </HowWeKnow>
)
