import { AuditDepth } from '@strongroom/shared/iam'
import { ReadDrives } from '../../components/ReadDrives.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import type { ButtonLook } from '../../ui/Button.tsx'

const depths: Record<AuditDepth, string> = {
  names: 'Names: quick, no key needed',
  opened: 'Opened: really opens each item',
}

type Props = {
  look?: ButtonLook
  /** How deep they were read last: not less is proposed. */
  last?: AuditDepth
  busy?: boolean
  why?: string | null
}

/** Reads the drives as deep as is chosen here. */
export function ReadWithDepth({ look = 'plain', last = 'names', busy = false, why = null }: Props) {
  const [wanted, setDepth] = useUrlParam('depth')
  const depth = AuditDepth.safeParse(wanted).data ?? last
  return (
    <>
      <select
        aria-label="Depth of reading"
        title="Opened: KES, the static key or the root credentials on the console’s host open every item"
        value={depth}
        onChange={({ target }) => setDepth(target.value)}
        className="h-8 max-w-full rounded-md border border-edge bg-surface px-2 text-sm pointer-coarse:h-11"
      >
        {AuditDepth.options.map((each) => (
          <option key={each} value={each}>
            {depths[each]}
          </option>
        ))}
      </select>
      <ReadDrives look={look} depth={depth} busy={busy} why={why} />
    </>
  )
}
