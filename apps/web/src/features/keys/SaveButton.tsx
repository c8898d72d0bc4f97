import { Button, type ButtonLook } from '../../ui/Button.tsx'

interface SaveButtonProps {
  text: string
  /** What it is called in the folder of downloads. */
  file: string
  label: string
  look?: ButtonLook
  onSaved?: () => void
}

/** Hands a text that the page has already to the browser, to be saved as a file. */
export function SaveButton({ text, file, label, look = 'plain', onSaved }: SaveButtonProps) {
  const save = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    link.download = file
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000) // The browser may read it a little later.
    onSaved?.()
  }
  return (
    <Button look={look} onClick={save}>
      {label}
    </Button>
  )
}
