import type { Bucket } from '@strongroom/shared/buckets'
import { fits, type HouseRule } from '@strongroom/shared/house-policy'
import { type FormEvent, useMemo, useState } from 'react'
import { count, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { houseView, ruleOf } from './house-draft.ts'
import { KeyField } from './KeyField.tsx'

type Props = {
  /** Undefined: a new one. */
  rule: HouseRule | undefined
  others: readonly HouseRule[]
  buckets: readonly Bucket[] | undefined
  onDone: (rule: HouseRule) => void
  onClose: () => void
}

/** One rule. It is saved with the others, and not by itself. */
export function RuleDialog({ rule, others, buckets, onDone, onClose }: Props) {
  const [pattern, setPattern] = useState(rule?.pattern ?? '')
  const [mode, setMode] = useState<HouseRule['mode']>(rule?.mode ?? 'sse-kms')
  const [key, setKey] = useState(rule?.key ?? '')
  const [tried, setTried] = useState(false)
  const said = ruleOf({ pattern, mode, key })
  const errors = tried && 'errors' in said ? said.errors : {}
  const again = others.some((other) => other.pattern === pattern.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if ('rule' in said) onDone(said.rule)
  }
  return (
    <Dialog title={rule ? `Edit the rule ${rule.pattern}` : 'Add rule'} onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <Field
          label="Buckets called"
          name="pattern"
          mono
          autoFocus
          autoComplete="off"
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
          error={errors.pattern}
          hint={
            again
              ? 'Another rule has the same pattern: the earlier of the two holds.'
              : '* stands for any characters, ? for one.'
          }
        />
        <fieldset className="space-y-3">
          <legend className="mb-1 text-sm font-medium">What is to seal their new objects</legend>
          <Mode value="sse-kms" label="SSE-KMS" hint="A key that is named here." mode={mode} onChange={setMode} />
          <Mode value="sse-s3" label="SSE-S3" hint="MinIO’s default key." mode={mode} onChange={setMode} />
          <Mode
            value="none"
            label="Nothing"
            hint="No default encryption: bringing buckets back takes away what they have."
            mode={mode}
            onChange={setMode}
          />
        </fieldset>
        {mode === 'sse-kms' && <KeyField template value={key} onChange={setKey} error={errors.key} />}
        <Fitting pattern={pattern.trim()} rule={'rule' in said ? said.rule : null} buckets={buckets} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            {rule ? 'Change rule' : 'Add rule'}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

type ModeProps = {
  value: HouseRule['mode']
  label: string
  hint: string
  mode: HouseRule['mode']
  onChange: (mode: HouseRule['mode']) => void
}

const Mode = ({ value, label, hint, mode, onChange }: ModeProps) => (
  <Choice
    type="radio"
    name="mode"
    label={label}
    hint={hint}
    checked={mode === value}
    onChange={() => onChange(value)}
  />
)

const NAMED = 4

/** Which buckets the pattern fits, while it is typed. */
function Fitting({ pattern, rule, buckets }: { pattern: string; rule: HouseRule | null; buckets: Props['buckets'] }) {
  const found = useMemo(
    () => (pattern && buckets ? buckets.filter(({ name }) => fits(pattern, name)) : []),
    [pattern, buckets],
  )
  const drifted = rule ? (houseView([rule], found).byRule[0]?.drifted ?? 0) : 0
  const named = found.slice(0, NAMED).map(({ name }) => name)
  const more = found.length - named.length
  return (
    <p role="status" className="min-h-11 text-sm text-muted wrap-anywhere">
      {pattern === '' || !buckets
        ? 'The buckets that it fits are named here.'
        : found.length === 0
          ? 'It fits no bucket that is there now.'
          : `It fits ${counted(found.length, 'bucket')}: ${named.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}.`}
      {drifted > 0 && ` Where no earlier rule fits, ${count(drifted)} would be shown as drifted.`}
    </p>
  )
}
