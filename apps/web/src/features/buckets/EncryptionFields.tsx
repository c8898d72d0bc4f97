import { Choice, Field } from '../../ui/Field.tsx'
import type { EncryptionChoice } from './encryption-choice.ts'
import { KeyField } from './KeyField.tsx'
import { ModeFields } from './ModeFields.tsx'
import { PrefixField } from './PrefixField.tsx'

type Props = {
  choice: EncryptionChoice
  onChange: (choice: EncryptionChoice) => void
  defaultKey: string | null
  errors: ReadonlyMap<string, string> | undefined
}

/** What seals the objects, which of them, and how: `parts` and `atOnce` are of the form around it. */
export const EncryptionFields = ({ choice, onChange, defaultKey, errors }: Props) => (
  <>
    <ModeFields
      mode={choice.mode}
      onChange={(mode) => onChange({ ...choice, mode })}
      defaultKey={defaultKey}
      legend="What seals them"
    />
    {choice.mode === 'sse-kms' && (
      <KeyField value={choice.key} onChange={(key) => onChange({ ...choice, key })} error={errors?.get('/key')} />
    )}
    <fieldset>
      <legend className="mb-2 text-sm font-medium">Which objects</legend>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Choice
          type="radio"
          name="which"
          label="Those in plaintext"
          checked={choice.which === 'plain'}
          onChange={() => onChange({ ...choice, which: 'plain' })}
        />
        <Choice
          type="radio"
          name="which"
          label="All that are not sealed so"
          checked={choice.which === 'not-so'}
          onChange={() => onChange({ ...choice, which: 'not-so' })}
          hint="Also those in another mode or under another key."
        />
      </div>
    </fieldset>
    <fieldset>
      <legend className="mb-2 text-sm font-medium">Objects of several parts</legend>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-3">
        <Choice
          type="radio"
          name="parts"
          value="keep"
          defaultChecked
          label="Keep the parts"
          hint="Copied part by part."
        />
        <Choice type="radio" name="parts" value="join" label="Join" hint="One part; the ETag changes." />
        <Choice type="radio" name="parts" value="leave" label="Leave" hint="They stay as they are." />
      </div>
    </fieldset>
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <PrefixField
        value={choice.prefix}
        onChange={(prefix) => onChange({ ...choice, prefix })}
        error={errors?.get('/prefix')}
      />
      <Field
        label="Copies at once"
        name="atOnce"
        type="number"
        min={1}
        max={32}
        defaultValue={8}
        error={errors?.get('/atOnce')}
        hint="1 to 32. Fewer leave more of MinIO to its clients."
      />
    </div>
  </>
)
