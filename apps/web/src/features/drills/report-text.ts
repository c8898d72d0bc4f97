import type { Drill } from '@strongroom/shared/drills'
import { exact } from '../../lib/format.ts'
import { drillVerdict, verdictLooks, worstFirst } from './drill-words.ts'

/** The report as text, for a ticket or a binder. */
export function reportText(drill: Drill, cluster: string) {
  const { id, at, by, endpoint, kesVersion, sampled, opened, failed, byKey, detail } = drill
  const rows = worstFirst(byKey).map(
    ({ name, verdict, opened: done, failed: not }) =>
      `- ${name}: ${verdictLooks[verdict].word.toLowerCase()}, ${done} opened, ${not} not opened`,
  )
  return [
    `# Drill ${id}`,
    '',
    drillVerdict(drill).sentence,
    '',
    `Cluster: ${cluster}`,
    `Held: ${exact(at)} by ${by}`,
    `Restored KES: ${endpoint}${kesVersion ? `, version ${kesVersion}` : ''}`,
    `Data keys: ${sampled} sampled, ${opened} opened, ${failed} not opened`,
    '',
    ...rows,
    '',
    detail,
    '',
  ].join('\n')
}
