import { useState } from 'react'
import { useSession } from '../api/capabilities.ts'
import { Choice, Field } from '../ui/Field.tsx'
import { Time } from '../ui/Text.tsx'

const HOUR_SECONDS = 3600
const HOURS = [1, 4, 12] as const

type Props = {
  /** The job, as a sentence names it: "a migration". */
  job: string
  error: string | undefined
  /** The dialog begins at the secret key. */
  first: boolean
  onChange: () => void
}

/**
 * Under whose credentials a job runs: `runAs`, `secretKey` and `durationSeconds` of the form around it, which reads the
 * secret from its input when it is sent.
 */
export function RunAs({ job, error, first, onChange }: Props) {
  const session = useSession()
  const [own, setOwn] = useState(true)
  const choose = (next: boolean) => {
    setOwn(next)
    onChange()
  }
  return (
    <fieldset className="space-y-2">
      <legend className="mb-2 text-sm font-semibold">Under which credentials</legend>
      <Choice
        type="radio"
        name="runAs"
        value="own"
        checked={own}
        onChange={() => choose(true)}
        label="Its own"
        hint={`The password is asked again. MinIO gives the job temporary credentials that can do what ${job} does and no more; the secret key is dropped at once.`}
      />
      {/* Hidden and not gone: a secret that was typed is not lost by a look at the other choice. */}
      <div hidden={!own} className="grid gap-4 pl-6.5 sm:grid-cols-[1fr_auto]">
        <Field
          label={session ? `Secret key of ${session.accessKey}` : 'Your secret key'}
          name="secretKey"
          type="password"
          autoComplete="off"
          data-focus={first ? '' : undefined}
          error={error}
        />
        <fieldset>
          <legend className="mb-1 text-sm font-medium">They last</legend>
          <div className="flex h-9 items-center gap-4 pointer-coarse:h-11">
            {HOURS.map((hours) => (
              <Choice
                key={hours}
                type="radio"
                name="durationSeconds"
                value={hours * HOUR_SECONDS}
                defaultChecked={hours === 1}
                label={<span className="whitespace-nowrap">{hours} h</span>}
              />
            ))}
          </div>
        </fieldset>
      </div>
      <Choice
        type="radio"
        name="runAs"
        value="session"
        checked={!own}
        onChange={() => choose(false)}
        label="Those of this session"
        hint={
          <>
            No password is asked. It pauses when they end
            {session && (
              <>
                , <Time at={session.expiresAt} />
              </>
            )}
            , and waits for a sign-in.
          </>
        }
      />
    </fieldset>
  )
}
