import type { Coverage } from '@strongroom/shared/coverage'
import { counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'

/** A counting that did not come to its end: nothing of it is lost. */
export const CutOff = ({ coverage, onGoOn }: { coverage: Coverage; onGoOn: () => void }) => (
  <Note
    tone="info"
    title={`A counting is unfinished: ${counted(coverage.total, 'version')} counted so far`}
    action={<Button onClick={onGoOn}>Go on</Button>}
  >
    Begun <Time at={coverage.startedAt} /> by {coverage.by.join(', ')}
    {coverage.prefix && `, below ${coverage.prefix}`}. It goes on
    {coverage.goesOnAfter ? (
      <>
        {' '}
        after <span className="font-mono text-xs">{coverage.goesOnAfter}</span>.
      </>
    ) : (
      ' from the start.'
    )}
  </Note>
)
