import { type ComponentProps, type ReactNode, useId } from 'react'

type Props = ComponentProps<'textarea'> & {
  label: string
  name: string
  hint?: ReactNode
  error?: string | undefined
  mono?: boolean
}

/** A field of several lines, with its rule and what is wrong under it. */
export function TextArea({ label, hint, error, mono = false, ...input }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        aria-describedby={`${id}-hint ${id}-error`}
        aria-invalid={error ? true : undefined}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        {...input}
        className={`block w-full rounded-md border bg-surface px-2.5 py-1.5 text-base text-ink ${error ? 'border-critical' : 'border-edge'} ${mono ? 'font-mono text-xs break-all' : ''}`}
      />
      <p id={`${id}-error`} aria-live="polite" className="text-sm text-critical empty:hidden">
        {error}
      </p>
      <p id={`${id}-hint`} className="mt-1 text-sm text-muted empty:hidden">
        {hint}
      </p>
    </div>
  )
}
