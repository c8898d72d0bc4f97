import type { KesAccess } from '@strongroom/shared/kes-access'
import { type KesPolicyDraft, minioPolicy } from '@strongroom/shared/kes-policy-roles'
import { Button } from '../../ui/Button.tsx'
import { Field, TextArea } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { consoleDrafts } from './console-drafts.ts'
import { type Draft, draftOf, policyOf, repaired } from './draft.ts'

type Props = { draft: Draft; access: KesAccess; onChange: (draft: Draft) => void }

/** The lines of the draft, one each, as they would stand in KES's configuration. */
export function DraftForm({ draft, access, onChange }: Props) {
  const better = repaired(draft)
  const set = (part: keyof Draft) => (text: string) => onChange({ ...draft, [part]: text })
  const blank = policyOf(draft).allow.length === 0 && policyOf(draft).deny.length === 0
  return (
    <section aria-label="Draft" className="space-y-4 rounded-md border border-line bg-surface p-4">
      <Field
        label="Name of the policy"
        name="policy"
        mono
        autoComplete="off"
        value={draft.name}
        onChange={(event) => set('name')(event.target.value)}
        hint="1 to 80 letters, digits, - or _; no - at the start or the end."
      />
      {blank && <Begin access={access} onBegin={(policy) => onChange(draftOf(policy))} />}
      <TextArea
        mono
        wrap="off"
        label="Allow"
        rows={9}
        name="allow"
        value={draft.allow}
        onChange={(event) => set('allow')(event.target.value)}
        hint="One path a line. * counts at the end alone; anywhere else it is a letter like any other."
      />
      <TextArea
        mono
        wrap="off"
        label="Deny"
        rows={4}
        name="deny"
        value={draft.deny}
        onChange={(event) => set('deny')(event.target.value)}
        hint="A deny line wins over every allow line."
      />
      <TextArea
        mono
        wrap="off"
        label="Identities"
        rows={3}
        name="identities"
        value={draft.identities}
        onChange={(event) => set('identities')(event.target.value)}
        hint="Hex SHA-256 of the public key, one a line: “kes identity of CERTIFICATE” prints it. An identity can have one policy."
      />
      {better && (
        <Note tone="info" action={<Button onClick={() => onChange(better)}>Write what was meant</Button>}>
          Some lines do nothing as they stand, and what was meant is plain.
        </Note>
      )}
    </section>
  )
}

/** The least that MinIO and the console work with, to begin from. */
function Begin({ access, onBegin }: { access: KesAccess; onBegin: (policy: KesPolicyDraft) => void }) {
  const minio = access.identities.filter(({ known }) => known === 'minio').map(({ identity }) => identity)
  const drafts = [minioPolicy('', minio), ...consoleDrafts(access.identities)]
  return (
    <fieldset className="space-y-2">
      <legend className="text-sm font-medium">Begin with the least that is needed by</legend>
      <div className="flex flex-wrap gap-2">
        {drafts.map((policy) => (
          <Button key={policy.name} onClick={() => onBegin(policy)}>
            {policy.name}
          </Button>
        ))}
      </div>
    </fieldset>
  )
}
