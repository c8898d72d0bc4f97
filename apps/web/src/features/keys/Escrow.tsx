import type { KeyEscrow } from '@strongroom/shared/keys'
import { useEffect, useState } from 'react'
import { Note } from '../../ui/Note.tsx'
import { Facts, Lines } from '../../ui/Text.tsx'
import { SaveButton } from './SaveButton.tsx'

/** The second copy, while it is at hand: ciphertext that only the holder of the recipient's identity opens. */
export function Escrow({
  name,
  escrow: { file, sealed, recipient, fingerprint },
}: {
  name: string
  escrow: KeyEscrow
}) {
  const [saved, setSaved] = useState(false)
  useAskBeforeLeaving(!saved)
  return (
    <section aria-label="Second copy" className="space-y-3">
      {saved ? (
        <Note tone="info" title="Now try that the second copy opens">
          Nobody has yet. Bring it to where the identity is, open it there, and compare the fingerprint.
        </Note>
      ) : (
        <Note tone="warning" title="Keep the second copy somewhere else before you leave this page">
          It lies on the console’s host too, but what takes the host would take both. Nobody has tried it yet: open it
          once where the identity is, and compare the fingerprint.
        </Note>
      )}
      <Facts
        facts={[
          ['Recipient', <Mono key="r">{recipient}</Mono>],
          ['Fingerprint', <Mono key="f">{fingerprint}</Mono>],
          ['On the host', <Where key="w" file={file} />],
        ]}
      />
      <SaveButton
        label="Download the second copy"
        look="primary"
        text={sealed.endsWith('\n') ? sealed : `${sealed}\n`}
        file={file}
        onSaved={() => setSaved(true)}
      />
      <Lines label={`The second copy of ${name}, sealed`} lines={sealed.trimEnd().split('\n')} />
      <Lines
        label="Where the identity is: it prints the fingerprint, and not the key"
        lines={[`strongroom escrow open ${file} --identity IDENTITY`]}
      />
    </section>
  )
}

const Mono = ({ children }: { children: string }) => <span className="font-mono text-xs wrap-anywhere">{children}</span>

const Where = ({ file }: { file: string }) => (
  <>
    <Mono>{file}</Mono>, in the folder “keys” of the console’s backup folder
  </>
)

/** The browser asks in its own words. */
function useAskBeforeLeaving(ask: boolean) {
  useEffect(() => {
    if (!ask) return
    const hold = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', hold)
    return () => removeEventListener('beforeunload', hold)
  }, [ask])
}
