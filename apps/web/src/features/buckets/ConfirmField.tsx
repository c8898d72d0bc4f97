import { Field } from '../../ui/Field.tsx'

type Props = { word: string; one: boolean; value: string; onChange: (text: string) => void }

/** What is lost is named by who loses it: the bucket, or how many there are. */
export const ConfirmField = ({ word, one, value, onChange }: Props) => (
  <Field
    label={one ? 'Type the bucket’s name' : 'Type how many buckets lose it'}
    name="confirm"
    mono
    value={value}
    autoComplete="off"
    onChange={(event) => onChange(event.target.value)}
    hint={word}
  />
)
