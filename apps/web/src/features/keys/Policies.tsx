import type { KeyDeletion } from '@strongroom/shared/key-deletion'
import { Link } from 'wouter'
import { paths } from '../../lib/paths.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { Lines } from '../../ui/Text.tsx'
import { shortIdentity } from './key-words.ts'

/** Which policies of KES deny the key already, and the lines for those that do not. */
export function Policies({ policies }: Pick<KeyDeletion, 'policies'>) {
  if (policies === null)
    return (
      <Note tone="warning" title="KES does not let the console read its policies">
        So it can’t be told who may still use the key. Allow the console’s identity{' '}
        <code className="font-mono text-xs">/v1/policy/list/*</code>,{' '}
        <code className="font-mono text-xs">/v1/policy/read/*</code> and{' '}
        <code className="font-mono text-xs">/v1/identity/list/*</code>.
      </Note>
    )
  if (policies.length === 0) return <p className="text-sm text-muted">KES has no policy that allows the key.</p>
  const open = policies.filter(({ denies }) => !denies)
  return (
    <section aria-label="Policies" className="space-y-3">
      <h3 className="text-sm font-semibold">
        Policies of KES (
        <Link href={paths.kesAccess} className="font-normal text-accent underline">
          show them
        </Link>
        )
      </h3>
      <ul className="space-y-3">
        {policies.map(({ policy, identities, denies, lines }) => (
          <li key={policy} className="space-y-2 text-sm">
            <p className="flex flex-wrap items-center gap-x-2">
              <Icon name={denies ? 'good' : 'doing'} className={denies ? 'text-good' : 'text-accent'} />
              <span className="font-mono text-xs">{policy}</span>
              <span>{denies ? 'denies the key' : 'does not deny the key yet'}</span>
              <span className="font-mono text-xs text-muted" title={identities.join(', ')}>
                {identities.map(shortIdentity).join(', ')}
              </span>
            </p>
            {!denies && (
              <Lines
                label={`Below policy: ${policy}: deny:, in KES’s configuration`}
                lines={lines.map((path) => `- ${path}`)}
              />
            )}
          </li>
        ))}
      </ul>
      {open.length > 0 && (
        <Lines
          label="Then on every KES server, so that it reads its configuration anew"
          lines={['kill -HUP KES_PID']}
          note="A file with a mistake in it changes nothing: KES keeps what it had, and says so in its log."
        />
      )}
    </section>
  )
}
