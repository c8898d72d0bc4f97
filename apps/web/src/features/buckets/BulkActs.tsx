import type { Bucket } from '@strongroom/shared/buckets'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { SelectionBar } from '../../ui/SelectionBar.tsx'
import { BulkClear } from './BulkClear.tsx'
import { BulkCount } from './BulkCount.tsx'
import { BulkEncrypt } from './BulkEncrypt.tsx'
import { BulkHouse } from './BulkHouse.tsx'
import { BulkProbe } from './BulkProbe.tsx'

type Act = 'encrypt' | 'clear' | 'house' | 'probe' | 'count'

type Props = {
  buckets: readonly Bucket[]
  hidden: number
  defaultKey: string | null
  onClear: () => void
}

/** What can be done with the selected buckets. The dialog is in no URL: without the selection it would mean nothing. */
export function BulkActs({ buckets, hidden, defaultKey, onClear }: Props) {
  const [act, setAct] = useState<Act | null>(null)
  const close = () => setAct(null)
  const ruled = buckets.some(({ house }) => house !== null)
  return (
    <>
      <SelectionBar noun="bucket" count={buckets.length} hidden={hidden} onClear={onClear}>
        <Button look="primary" onClick={() => setAct('encrypt')}>
          Encrypt
        </Button>
        <Button onClick={() => setAct('probe')}>Probe</Button>
        <Button onClick={() => setAct('count')}>Count</Button>
        {ruled && <Button onClick={() => setAct('house')}>Bring back to rule</Button>}
        <Button look="danger" onClick={() => setAct('clear')}>
          Clear encryption
        </Button>
      </SelectionBar>
      {act === 'encrypt' && <BulkEncrypt buckets={buckets} defaultKey={defaultKey} onClose={close} />}
      {act === 'clear' && <BulkClear buckets={buckets} onClose={close} />}
      {act === 'house' && <BulkHouse buckets={buckets} onClose={close} />}
      {act === 'probe' && <BulkProbe buckets={buckets} onClose={close} />}
      {act === 'count' && <BulkCount buckets={buckets} onClose={close} />}
    </>
  )
}
