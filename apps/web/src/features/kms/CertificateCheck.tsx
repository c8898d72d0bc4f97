import { checkCertificate } from '@strongroom/shared/kms'
import { type DragEvent, type FormEvent, useRef, useState } from 'react'
import type * as z from 'zod/mini'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { CopyButton, Facts, Lines } from '../../ui/Text.tsx'
import { CertificateEnd } from './CertificateEnd.tsx'
import { holderWords } from './identity-words.ts'
import { LONGEST_BYTES, publicPart } from './public-certificate.ts'

/** Will a new certificate keep the identity? What was dropped or pasted is looked at here before anything is sent. */
export function CertificateCheck() {
  const text = useRef<HTMLTextAreaElement>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const check = useCall(checkCertificate)
  const look = (given: string) => {
    const part = publicPart(given)
    check.reset()
    setRefusal('refusal' in part ? part.refusal : null)
    if (text.current) text.current.value = 'pem' in part ? part.pem : ''
    if ('pem' in part) check.mutate(part)
  }
  const lookAt = async (file: File | undefined) => {
    // A file of another kind may be of any size.
    if (file) look(await file.slice(0, LONGEST_BYTES + 1).text())
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void lookAt(event.dataTransfer.files[0])
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    look(text.current?.value ?? '')
  }
  return (
    <section aria-label="Certificate check" className="space-y-3 rounded-md border border-line bg-surface p-4">
      <h3 className="font-semibold">Will this new certificate keep the identity?</h3>
      <form
        onSubmit={submit}
        onDrop={drop}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        className={`space-y-2 rounded-md border border-dashed p-3 ${over ? 'border-accent bg-accent-soft' : 'border-edge'}`}
      >
        <p className="text-sm text-muted">
          Drop the certificate here, choose its file, or paste it: the public part alone. A file that holds a private
          key is refused in this browser, and never sent.
        </p>
        <textarea
          ref={text}
          aria-label="Certificate in PEM form"
          rows={3}
          spellCheck={false}
          autoComplete="off"
          placeholder="-----BEGIN CERTIFICATE-----"
          onPaste={(event) => {
            event.preventDefault()
            look(event.clipboardData.getData('text'))
          }}
          className="block w-full rounded-md border border-edge bg-surface px-2.5 py-1.5 font-mono text-xs"
        />
        <div className="flex flex-wrap gap-2">
          <label className={`${buttonClass()} cursor-pointer focus-within:outline-2 focus-within:outline-accent`}>
            Choose a file
            <input
              type="file"
              accept=".crt,.cert,.pem,.cer"
              aria-label="Certificate file"
              className="sr-only"
              onChange={(event) => {
                void lookAt(event.target.files?.[0])
                event.target.value = ''
              }}
            />
          </label>
          <Button type="submit" busy={check.isPending}>
            Check
          </Button>
        </div>
      </form>
      <div role="status" className="space-y-3 empty:hidden">
        {refusal && (
          <Note tone="critical" title="Not sent">
            {refusal}
          </Note>
        )}
        <FailureNote failure={check.error} />
        {check.data && <Answer answer={check.data} />}
      </div>
    </section>
  )
}

function Answer({ answer }: { answer: z.infer<typeof checkCertificate.reply> }) {
  const { identity, sameAs, certificate, troubles } = answer
  const same = sameAs.length > 0
  return (
    <>
      {same ? (
        <Note tone={troubles.length > 0 ? 'warning' : 'good'} title={`It keeps the identity: ${holderWords(sameAs)}`}>
          The public key is the same, so KES knows it already and no policy has to change.
        </Note>
      ) : (
        <Note tone="warning" title="It is another identity">
          KES does not know it until a policy lists it. Add it there and reload KES before the certificate is used, and
          take the old one out when nobody uses it any more.
        </Note>
      )}
      {troubles.length > 0 && (
        <ul className="list-disc space-y-1 pl-5 text-sm">
          {troubles.map((trouble) => (
            <li key={trouble}>{trouble}</li>
          ))}
        </ul>
      )}
      <Facts
        facts={[
          [
            'Identity',
            <span key="i" className="inline-flex max-w-full flex-wrap items-center gap-1">
              <span className="font-mono text-xs wrap-anywhere">{identity}</span>
              <CopyButton text={identity} />
            </span>,
          ],
          ['Subject', certificate.subject || 'none'],
          ['Certificate', <CertificateEnd key="e" certificate={certificate} />],
        ]}
      />
      {!same && (
        <Lines label="For the policy in KES’s configuration" lines={['    identities:', `    - ${identity}`]} />
      )}
      <Lines label="The same from a terminal" lines={['kes identity of CERTIFICATE']} />
    </>
  )
}
