import type { importKey } from '@strongroom/shared/keys'
import { useState } from 'react'
import type * as z from 'zod/mini'
import { Page } from '../../components/Page.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { paths } from '../../lib/paths.ts'
import { TabBar } from '../../ui/TabBar.tsx'
import { Imported } from './Imported.tsx'
import { MadeImport } from './MadeImport.tsx'
import { ServerImport } from './ServerImport.tsx'
import { WrappedImport } from './WrappedImport.tsx'

const ways = [
  {
    id: 'server',
    word: 'From the server',
    says: 'The key lies on the console’s host, in a place that its configuration names.',
  },
  {
    id: 'wrapped',
    word: 'Wrapped',
    says: 'You wrap the key where it lies, and hand in what only this console can open.',
  },
  { id: 'made', word: 'Made here', says: 'The console makes a new key, together with a sealed second copy for you.' },
] as const

type Way = (typeof ways)[number]['id']

export type Done = { readonly name: string; readonly way: Way } & z.infer<typeof importKey.reply>

export function ImportPage() {
  const [wanted] = useUrlParam('way')
  const [done, setDone] = useState<Done | null>(null)
  const way = ways.find(({ id }) => id === wanted) ?? ways[0]
  return (
    <Page
      title="Import key"
      lead="Key material goes into KES without ever passing through this browser, so there is no field to paste it into."
    >
      {done ? (
        <Imported done={done} />
      ) : (
        <>
          <Ways chosen={way.id} />
          <p className="max-w-[75ch] text-muted">{way.says}</p>
          {way.id === 'server' && <ServerImport onDone={setDone} />}
          {way.id === 'wrapped' && <WrappedImport onDone={setDone} />}
          {way.id === 'made' && <MadeImport onDone={setDone} />}
        </>
      )}
    </Page>
  )
}

const Ways = ({ chosen }: { chosen: Way }) => (
  <TabBar
    label="Ways"
    tabs={ways.map(({ id, word }) => ({ href: `${paths.keyImport}?way=${id}`, word, here: id === chosen }))}
  />
)
