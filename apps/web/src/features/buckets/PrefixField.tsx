import { Field } from '../../ui/Field.tsx'

type Props = { value: string; onChange: (prefix: string) => void; error: string | undefined }

/** What part of a bucket is meant. */
export const PrefixField = ({ value, onChange, error }: Props) => (
  <Field
    label="Only below this prefix"
    name="prefix"
    mono
    autoComplete="off"
    value={value}
    onChange={(event) => onChange(event.target.value)}
    error={error}
    hint="Empty: the whole bucket."
  />
)
