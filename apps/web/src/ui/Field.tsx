import { type ComponentProps, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react'

type Props = InputHTMLAttributes<HTMLInputElement> & {
  label: string
  name: string
  hint?: ReactNode
  error?: string | undefined
  mono?: boolean
  /** The dialog begins here. */
  'data-focus'?: string | undefined
}

export const inputClass =
  'block h-9 pointer-coarse:h-11 w-full rounded-md border bg-surface px-2.5 text-base text-ink aria-invalid:border-critical'

/** A labelled input. The rule stands under it; what is wrong stands there too, and is told with the field. */
export function Field({ label, hint, error, mono = false, ...input }: Props) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => (
        <input
          {...described}
          autoCapitalize="none"
          spellCheck={false}
          {...input}
          className={`${inputClass} ${error ? 'border-critical' : 'border-edge'} ${mono ? 'font-mono text-sm' : ''}`}
        />
      )}
    </Labelled>
  )
}

type TextAreaProps = ComponentProps<'textarea'> & {
  label: string
  name: string
  hint?: ReactNode
  error?: string | undefined
  mono?: boolean
}

/** A field of several lines. */
export function TextArea({ label, hint, error, mono = false, ...input }: TextAreaProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => (
        <textarea
          {...described}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...input}
          className={`block w-full rounded-md border bg-surface px-2.5 py-1.5 text-ink ${error ? 'border-critical' : 'border-edge'} ${mono ? 'font-mono text-xs leading-5 break-all' : 'text-base'}`}
        />
      )}
    </Labelled>
  )
}

type LabelledProps = {
  label: string
  hint: ReactNode
  error: string | undefined
  children: (described: { id: string; 'aria-describedby': string; 'aria-invalid': true | undefined }) => ReactNode
}

function Labelled({ label, hint, error, children }: LabelledProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': `${id}-hint ${id}-error`,
        'aria-invalid': error ? true : undefined,
      })}
      <p id={`${id}-error`} aria-live="polite" className="text-sm text-critical empty:hidden">
        {error}
      </p>
      <p id={`${id}-hint`} className="mt-1 text-sm text-muted empty:hidden">
        {hint}
      </p>
    </div>
  )
}

type ChoiceProps = InputHTMLAttributes<HTMLInputElement> & {
  label: ReactNode
  hint?: ReactNode
  type: 'radio' | 'checkbox'
}

/** A radio button or a check box with its words. */
export function Choice({ label, hint, ...input }: ChoiceProps) {
  const id = useId()
  return (
    <div className="flex gap-2.5">
      <input id={id} aria-describedby={`${id}-hint`} {...input} className="mt-1 size-4 shrink-0 accent-accent" />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-sm text-muted empty:hidden">
          {hint}
        </p>
      </div>
    </div>
  )
}

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & {
  label: string
  options: readonly (readonly [value: string, words: string])[]
}

/** One of a few, with its label above. */
export function Select({ label, options, className = '', ...select }: SelectProps) {
  const id = useId()
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <select id={id} {...select} className={`${inputClass} border-edge`}>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
