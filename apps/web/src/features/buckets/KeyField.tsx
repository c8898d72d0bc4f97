import { KeyName } from '@strongroom/shared/keys'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useDenied } from '../../api/capabilities.ts'
import { allKeys } from '../../api/keys.ts'
import { counted } from '../../lib/format.ts'
import { Choice, Field } from '../../ui/Field.tsx'

const OFFERED = 100

type Props = {
  value: string
  onChange: (key: string) => void
  error?: string | undefined
  /** `{bucket}` may stand in it. */
  template?: boolean
  focus?: boolean
}

/** The name of a key, by choosing or typing. */
export function KeyField({ value, onChange, error, template = false, focus = false }: Props) {
  const keys = useQuery(allKeys)
  const listId = useId()
  const offered = keys.data?.filter(({ name }) => name.includes(value)).slice(0, OFFERED) ?? []
  const search = keys.error
    ? `The keys could not be listed: ${keys.error.message} Type the name.`
    : 'Type to search the keys in KES.'
  return (
    <>
      <Field
        label="Key"
        name="key"
        mono
        list={listId}
        value={value}
        autoComplete="off"
        autoFocus={focus}
        onChange={(event) => onChange(event.target.value)}
        error={error}
        hint={template ? `${search} {bucket} in it stands for the bucket’s name, with dashes for its dots.` : search}
      />
      <datalist id={listId}>
        {offered.map(({ name, isDefault }) => (
          <option key={name} value={name}>
            {isDefault ? 'default key' : ''}
          </option>
        ))}
      </datalist>
    </>
  )
}

type MakeProps = {
  label: string
  checked: boolean
  onChange: (make: boolean) => void
  /** How many would be made. */
  keys?: number
}

/** As many as a slow KES surely makes in the minutes that a sign-in lasts for it, at 0.6 s each with some to spare. */
const SURELY_MADE = 200

/** Whether a key that is not there is made along with the act. */
export function MakeKey({ label, checked, onChange, keys = 1 }: MakeProps) {
  const denied = useDenied('createKeys')
  return (
    <Choice
      type="checkbox"
      name="createKeys"
      label={label}
      checked={checked && denied === null}
      disabled={denied !== null}
      onChange={(event) => onChange(event.target.checked)}
      hint={
        denied ??
        `KES makes a random key, within five minutes of your sign-in. Nobody has a second copy of it: back up the keystore before anything depends on it.${keys > SURELY_MADE ? ` ${tooMany(keys)}` : ''}`
      }
    />
  )
}

const tooMany = (keys: number) =>
  `${counted(keys, 'key')} may take longer than these minutes, at up to 0.6 s each: the buckets whose turn comes too late fail with that reason, and can be tried again after a new sign-in. Sign in anew just before you start, or take fewer buckets.`

/** Whether KES takes such a name and has no key of it; false where its keys are not known. */
export const isNewKey = (name: string, keys: ReadonlySet<string> | null) =>
  keys !== null && !keys.has(name) && KeyName.safeParse(name).success
