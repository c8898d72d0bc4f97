import type { Drill } from '@strongroom/shared/drills'
import type { HeldDrill } from '../cluster/drill.ts'
import type { DriveReport } from './drive-report.ts'
import { printable } from './printable.ts'

/** Lists longer than this are cut; `--json` has every one. */
const LONGEST = 20

const VERDICTS: Record<Drill['byKey'][number]['verdict'], string> = {
  proven: 'proven',
  'wrong-material': 'OTHER MATERIAL',
  'key-missing': 'MISSING',
  'nothing-to-open': 'nothing to open',
}

/** The report for people: names of items and keys, and no secret. */
export function drillText({ drill, failures, drives }: HeldDrill & { readonly drives: DriveReport }): string {
  const absent = drives.folders.filter(({ trouble }) => trouble !== null).length
  const width = Math.max(3, ...drill.byKey.map(({ name }) => name.length))
  const lines = [
    `Drill of ${drill.at}, held by ${drill.by}`,
    `Cluster       ${drives.deploymentId ?? 'without a deployment id'}, ${drives.folders.length - absent} drives read${drives.total === null ? '' : ` of ${drives.total}`}`,
    `Restored KES  ${drill.endpoint}, version ${drill.kesVersion ?? 'not told'}`,
    '',
    drill.detail,
    '',
    ...drill.byKey.map(
      ({ name, verdict, opened, failed }) =>
        `  ${name.padEnd(width)}  ${VERDICTS[verdict]}: ${opened} opened, ${failed} did not`,
    ),
    ...(failures.length > 0 ? ['', 'Did not open'] : []),
    ...failures.slice(0, LONGEST).map(({ item, reason }) => `  ${item}: ${reason}`),
    ...(failures.length > LONGEST ? [`  … and ${failures.length - LONGEST} more`] : []),
    '',
    conclusion(drill),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

function conclusion({ opened, failed }: Drill): string {
  if (failed > 0) return 'This backup does not open all that the cluster sealed. Make a new copy of the keystore.'
  if (opened === 0) return 'Nothing was tried, so nothing is proven.'
  return `This backup opened all ${opened} data keys that were tried. That the KES runs on a copy of the keystore, and not on the keystore itself, is for you to know.`
}
