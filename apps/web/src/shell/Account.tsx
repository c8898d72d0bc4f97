import { signOut } from '@strongroom/shared/session'
import { basePath } from '../api/base.ts'
import { useSession } from '../api/capabilities.ts'
import { useCall } from '../api/query.ts'
import { FailureNote } from '../components/FailureNote.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Facts, Moment } from '../ui/Text.tsx'

/** Loading the page anew drops everything that was read with the session. */
const leave = () => location.assign(`${basePath}/`)

export function Account() {
  const session = useSession()
  const out = useCall(signOut, leave)
  if (!session) return null
  return (
    <div>
      <button
        type="button"
        popoverTarget="account-menu"
        aria-label={`Account: ${session.accessKey}`}
        title={session.accessKey}
        className="inline-flex h-8 min-w-8 max-w-40 items-center justify-center gap-2 rounded-md px-2 text-sm text-muted hover:bg-sunken hover:text-ink pointer-coarse:h-11 pointer-coarse:min-w-11"
      >
        <Icon name="account" />
        <span className="truncate max-md:hidden">{session.accessKey}</span>
      </button>
      <div
        id="account-menu"
        popover="auto"
        className="top-14 right-2 left-auto m-0 w-80 max-w-[calc(100vw-1rem)] space-y-4 rounded-lg border border-line bg-surface p-4 text-ink shadow-float"
      >
        <Facts
          facts={[
            ['Access key', session.accessKey],
            ['Account', session.account],
            ['Rights', session.root ? 'Root user' : 'By its policies'],
            ['Session ends', <Moment key="t" at={session.expiresAt} />],
            [
              'Deployment',
              <span key="d" className="font-mono text-xs">
                {session.cluster.deploymentId ?? 'not known'}
              </span>,
            ],
          ]}
        />
        <FailureNote failure={out.error} />
        <Button busy={out.isPending} onClick={() => out.mutate({})} className="w-full">
          Sign out
        </Button>
      </div>
    </div>
  )
}
