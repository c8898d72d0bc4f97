import { Choice } from '../../ui/Field.tsx'

export type SealingMode = 'sse-s3' | 'sse-kms'

type Props = { mode: SealingMode; onChange: (mode: SealingMode) => void; defaultKey: string | null; legend: string }

/** SSE-S3 or SSE-KMS, with what each means. */
export const ModeFields = ({ mode, onChange, defaultKey, legend }: Props) => (
  <fieldset className="space-y-3">
    <legend className="mb-1 text-sm font-medium">{legend}</legend>
    <Choice
      type="radio"
      name="mode"
      label="SSE-S3"
      checked={mode === 'sse-s3'}
      onChange={() => onChange('sse-s3')}
      hint={`MinIO’s default key${defaultKey ? `, now ${defaultKey}` : ''}; it follows when the default changes.`}
    />
    <Choice
      type="radio"
      name="mode"
      label="SSE-KMS"
      checked={mode === 'sse-kms'}
      onChange={() => onChange('sse-kms')}
      hint="A key that you choose; readers need the right to use it."
    />
  </fieldset>
)
