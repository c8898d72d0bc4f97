import { listBuckets } from '@strongroom/shared/buckets'
import { type HouseRule, readHousePolicy, setHousePolicy } from '@strongroom/shared/house-policy'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { wholeBucketList } from '../../api/buckets.ts'
import { useDenied } from '../../api/capabilities.ts'
import { invalidate, query, queryClient, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { toast } from '../../components/toast.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { HouseBuckets } from './HouseBuckets.tsx'
import { HouseConflict } from './HouseConflict.tsx'
import { HouseRules } from './HouseRules.tsx'
import { type HousePolicy, sameRules } from './house-draft.ts'

/** Rules that are not saved yet, and the revision that they were made from. */
interface Draft {
  readonly rules: readonly HouseRule[]
  readonly revision: string
}

/** Until the page is loaded anew: looking at a bucket in between loses nothing. */
let kept: Draft | null = null

/** How every bucket is to encrypt, kept as rules: what they say of the buckets that are there, while they are changed. */
export function HousePage() {
  const policy = useQuery(query(readHousePolicy, {}))
  return (
    <Page
      title="House rules"
      lead="How the buckets of this house are to encrypt. A rule changes no bucket: those that differ are shown as drifted, and can be brought back."
      action={
        <Link href={paths.buckets} className={buttonClass()}>
          Buckets
        </Link>
      }
    >
      <ReadView read={policy} height="h-96">
        {(data) => <House policy={data} />}
      </ReadView>
    </Page>
  )
}

function House({ policy }: { policy: HousePolicy }) {
  const denied = useDenied('editHousePolicy')
  const { draft, rules, change, drop } = useDraft(policy)
  const list = useQuery(wholeBucketList)
  const save = useCall(setHousePolicy, (saved) => {
    queryClient.setQueryData(query(readHousePolicy, {}).queryKey, saved)
    drop()
    void invalidate(listBuckets, readOverview)
    toast('The rules of the house are saved.')
  })
  const overtaken = draft !== null && draft.revision !== policy.revision
  return (
    <>
      {denied && (
        <Note tone="info" title="You can look at the rules, and not change them">
          {denied}
        </Note>
      )}
      {overtaken && <HouseConflict policy={policy} onTheirs={drop} onMine={() => change(rules, policy.revision)} />}
      <HouseRules
        rules={rules}
        buckets={list.data?.buckets}
        unlisted={list.error !== null}
        editable={denied === null}
        onChange={(next) => change(next)}
      />
      {/* Its place is kept: the first change must not push the buckets down. */}
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
        {draft ? (
          <>
            <Button
              look="primary"
              busy={save.isPending}
              why={overtaken ? 'Somebody else’s change comes first.' : null}
              onClick={() => save.mutate({ rules: [...draft.rules], revision: draft.revision })}
            >
              Save {counted(draft.rules.length, 'rule')}
            </Button>
            <Button onClick={drop}>Discard changes</Button>
            <p role="status" className="text-sm text-muted">
              Not saved yet. The buckets below are judged by what you see here.
            </p>
          </>
        ) : (
          <LastChange policy={policy} />
        )}
      </div>
      {save.error?.code !== 'conflict' && <FailureNote failure={save.error} />}
      <FieldErrors errors={save.error?.fields} />
      <HouseBuckets list={list} rules={rules} unsaved={draft !== null} />
    </>
  )
}

function useDraft(policy: HousePolicy) {
  const [draft, setDraft] = useState(kept)
  const keep = (next: Draft | null) => {
    kept = next
    setDraft(next)
  }
  const change = (rules: readonly HouseRule[], revision = draft?.revision ?? policy.revision) =>
    keep(sameRules(rules, policy.rules) && revision === policy.revision ? null : { rules, revision })
  return { draft, rules: draft?.rules ?? policy.rules, change, drop: () => keep(null) }
}

const LastChange = ({ policy: { changedAt, changedBy } }: { policy: HousePolicy }) =>
  changedAt && (
    <p className="text-sm text-muted">
      Last changed <Time at={changedAt} />
      {changedBy && ` by ${changedBy}`}.
    </p>
  )

/** The page refuses wrong rules before they are sent; what the console refuses all the same is told. */
const FieldErrors = ({ errors }: { errors: ReadonlyMap<string, string> | undefined }) =>
  errors !== undefined &&
  errors.size > 0 && (
    <Note tone="critical" alert title="Some rules are not valid">
      <ul>
        {[...errors].map(([pointer, words]) => (
          <li key={pointer}>
            Rule {Number(pointer.split('/')[2]) + 1}: {words}
          </li>
        ))}
      </ul>
    </Note>
  )
