import type { Drill } from '@strongroom/shared/drills'
import { counted } from '../../lib/format.ts'
import type { Tone } from '../../ui/Note.tsx'

type Verdict = Drill['byKey'][number]['verdict']

export const verdictLooks: Record<Verdict, { tone: Tone; word: string; means: string }> = {
  proven: { tone: 'good', word: 'Proven', means: 'The backup opens what this cluster sealed under it.' },
  'wrong-material': {
    tone: 'critical',
    word: 'Wrong material',
    means: 'The backup has another key of this name: what this cluster sealed can’t be opened with it.',
  },
  'key-missing': { tone: 'critical', word: 'Missing', means: 'The backup has no key of this name.' },
  'nothing-to-open': {
    tone: 'info',
    word: 'Nothing to open',
    means: 'No data key was found under it, so nothing is proven.',
  },
}

const order: Record<Verdict, number> = { 'wrong-material': 0, 'key-missing': 1, 'nothing-to-open': 2, proven: 3 }

export const worstFirst = (byKey: Drill['byKey']) =>
  byKey.toSorted((a, b) => order[a.verdict] - order[b.verdict] || a.name.localeCompare(b.name))

/** The drill in one sentence, and how it stands. */
export function drillVerdict({ byKey, opened, sampled }: Drill): { tone: Tone; sentence: string } {
  const bad = byKey.filter(({ verdict }) => verdict === 'wrong-material' || verdict === 'key-missing')
  if (bad.length > 0)
    return {
      tone: 'critical',
      sentence: `The backup does not open what ${bad.length === 1 ? `${bad[0]!.name} has` : `${counted(bad.length, 'key')} have`} sealed.`,
    }
  const proven = byKey.filter(({ verdict }) => verdict === 'proven').length
  if (proven === 0) return { tone: 'warning', sentence: 'There was nothing to open, so nothing is proven.' }
  return {
    tone: 'good',
    sentence: `The backup opens ${opened === sampled ? 'all' : `${opened} of`} ${counted(sampled, 'sampled data key')}, under ${counted(proven, 'key')}.`,
  }
}
