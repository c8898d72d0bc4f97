import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { useCallback } from 'react'
import { focusRow } from '../../components/RowLink.tsx'
import { bytes } from '../../lib/format.ts'
import { Note } from '../../ui/Note.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { Facts, Lines, Time } from '../../ui/Text.tsx'
import { itemSeal } from './ItemTable.tsx'

type Props = { path: string; item: IamItem | undefined; audit: IamAudit; onClose: () => void }

export function ItemPanel({ path, item, audit, onClose }: Props) {
  const close = useCallback(() => {
    onClose()
    focusRow(path)
  }, [onClose, path])
  return (
    <SidePanel title={path} onClose={close}>
      {item ? (
        <>
          <Facts
            facts={[
              ['Kind', item.kind],
              [
                'Name',
                <span key="n" className="font-mono text-xs">
                  {item.name}
                </span>,
              ],
              ['Sealed by', <SealBadge key="s" {...itemSeal(item, audit.defaultKey)} />],
              ['Size', bytes(item.sizeBytes)],
              ['Drives', `${item.copies} of ${item.drives} hold what was read`],
              ['Read', <Time key="t" at={audit.takenAt} />],
            ]}
          />
          <Note
            tone={item.movable ? 'info' : 'warning'}
            title={item.movable ? 'A migration can move it' : 'A migration does not move it'}
          >
            {item.note ??
              (item.movable
                ? 'It is written anew through MinIO, which seals it with the default key.'
                : 'No reason is known.')}
          </Note>
          <Lines
            label="See its raw form yourself"
            lines={[`mc support inspect --airgap "ALIAS/.minio.sys/${path}/**"`]}
          />
        </>
      ) : (
        <p className="text-muted">It is not among the items shown; the filters may hide it.</p>
      )}
    </SidePanel>
  )
}
