import { useState } from 'react'
import { Choice } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import { SaveButton } from './SaveButton.tsx'
import type { Received } from './WrappedImport.tsx'
import { pemFile, wrapLines } from './wrap-lines.ts'

/** The public key, and the line for the machine on which the key lies. */
export function WrapHere({ name, wrapping }: { name: string; wrapping: Received }) {
  const [form, setForm] = useState<string>('strongroom')
  const lines = wrapLines(name)
  const chosen = lines.find(({ id }) => id === form) ?? lines[0]
  const pem = wrapping.publicKeyPem.trimEnd()
  return (
    <>
      <p className="max-w-[75ch] text-sm text-muted">
        Bring the public key to the machine on which the key lies, and run one of these lines there. It is no secret; it
        is good for {name}, for you, and for one try.
      </p>
      <Lines label={`The public key: save it as ${pemFile(name)}`} lines={pem.split('\n')} />
      <SaveButton label="Download the public key" text={`${pem}\n`} file={pemFile(name)} />
      <fieldset className="space-y-1.5">
        <legend className="mb-1 text-sm font-semibold">How the key is written down there</legend>
        {lines.map(({ id, label }) => (
          <Choice
            key={id}
            type="radio"
            name="form"
            label={label}
            checked={id === chosen.id}
            onChange={() => setForm(id)}
          />
        ))}
      </fieldset>
      <Lines
        label="On that machine; it prints one line of base64"
        lines={[chosen.line]}
        note="FILE is the file with the key. The key is read from it and never stands in a command line, where others could see it and the shell would keep it."
      />
    </>
  )
}
