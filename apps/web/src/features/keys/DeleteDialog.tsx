import { deleteKey, type KeyDeletion } from '@strongroom/shared/key-deletion'
import { readKey } from '@strongroom/shared/keys'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { query, queryClient, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Facts, Lines } from '../../ui/Text.tsx'
import { keyLines } from './key-lines.ts'
import { lookAgain } from './look-again.ts'
import { SecondCopy } from './SecondCopy.tsx'

/** No form: nothing here happens on Enter. */
export function DeleteDialog({ deletion, onClose }: { deletion: KeyDeletion; onClose: () => void }) {
  const { name, otherClusters, blockers } = deletion
  const [typed, setTyped] = useState('')
  const [, navigate] = useLocation()
  const key = useQuery(query(readKey, { name }))
  const remove = useCall(deleteKey, () => {
    toast(`KES has deleted ${name}.`)
    navigate(paths.keys)
    queryClient.removeQueries({ predicate: ({ queryKey }) => isOf(queryKey, name) })
    return lookAgain()
  })
  return (
    <Dialog title={`Delete key ${name}`} onClose={onClose}>
      <p className="font-medium">
        What {name} sealed can never be read again, and there is no undo: KES keeps no copy, and neither does the
        console.
      </p>
      <Facts
        facts={[
          [
            'Still needs it',
            blockers.length === 0 ? 'nothing that the console can see' : <List key="b" items={blockers} />,
          ],
          ['Other clusters', otherClusters ? `“${otherClusters.statement}”, ${otherClusters.by}` : 'nothing was said'],
          ...(key.data ? ([['Second copy', <SecondCopy key="s" backup={key.data.backup} />]] as const) : []),
        ]}
      />
      <Field
        label="Type the key’s name"
        name="confirm"
        mono
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        error={remove.error?.fields.get('/confirm')}
        hint={name}
      />
      <Lines label="The same from a terminal, with none of these checks" lines={keyLines.delete(name)} />
      <FailureNote failure={remove.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          className="text-left whitespace-normal! wrap-anywhere"
          busy={remove.isPending}
          why={typed === name ? null : 'Type the name first.'}
          onClick={() => remove.mutate({ name, confirm: typed })}
        >
          Delete key {name}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const List = ({ items }: { items: readonly string[] }) => (
  <ul className="list-disc pl-4">
    {items.map((item) => (
      <li key={item}>{item}</li>
    ))}
  </ul>
)

/** Reads of a key that is gone would only say that it is not found. */
const isOf = (queryKey: readonly unknown[], name: string) => {
  const [path, input] = queryKey
  return String(path).startsWith('/keys/:name') && (input as { name?: string } | undefined)?.name === name
}
