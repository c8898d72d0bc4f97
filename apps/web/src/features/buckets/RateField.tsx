import { Field } from '../../ui/Field.tsx'

/** How hard a counting may work MinIO. */
export const RateField = ({ error }: { error: string | undefined }) => (
  <Field
    label="Listing calls per second, at most"
    name="pagesPerSecond"
    type="number"
    min={0.1}
    max={100}
    step="any"
    error={error}
    hint="Each lists 1,000 versions. Empty: as fast as MinIO answers, one at a time. Listing an SSE-S3 bucket also asks the KMS."
  />
)

/** What was typed there, for the call; nothing: no limit. */
export function rateOf(form: HTMLFormElement) {
  const text = String(new FormData(form).get('pagesPerSecond')).trim()
  return text === '' ? {} : { pagesPerSecond: Number(text) }
}
