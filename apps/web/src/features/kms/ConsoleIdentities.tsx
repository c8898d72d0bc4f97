import { type ConsoleIdentity, readConsoleIdentities } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { every, query } from '../../api/query.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { topCell as cell } from '../../ui/plain-table.ts'
import { CopyButton, ScrollBox, Time } from '../../ui/Text.tsx'
import { Aged } from './Aged.tsx'
import { CertificateCheck } from './CertificateCheck.tsx'
import { CertificateEnd } from './CertificateEnd.tsx'
import { formWords, roleWords } from './identity-words.ts'

const READ_MS = 30_000

export function ConsoleIdentities() {
  const denied = useDenied('readKesAccess')
  const read = useQuery({
    ...query(readConsoleIdentities, {}),
    refetchInterval: every(READ_MS),
    enabled: denied === null,
  })
  return (
    <section aria-label="Identities of the console" className="space-y-3">
      <div>
        <h2 className="text-lg font-semibold">Who the console is towards KES</h2>
        <p className="max-w-[85ch] text-sm text-muted">
          KES knows a client by the SHA-256 of its public key. The files are read again when they change; nothing has to
          be restarted.
        </p>
      </div>
      {denied ? (
        <Note tone="info">{denied}</Note>
      ) : (
        <>
          <Aged read={read} height="h-28">
            {({ identities }) => <Table identities={identities} />}
          </Aged>
          <CertificateCheck />
        </>
      )}
    </section>
  )
}

const heads = ['For', 'Certificate', 'Identity', 'Private key', 'Policy', 'Beyond its role']

function Table({ identities }: { identities: readonly ConsoleIdentity[] }) {
  if (identities.length === 0)
    return (
      <p className="rounded-md border border-line bg-surface p-4 text-muted">
        The console has no identity: set MINIO_KMS_KES_CERT_FILE and MINIO_KMS_KES_KEY_FILE, or MINIO_KMS_KES_API_KEY.
      </p>
    )
  return (
    <ScrollBox className="rounded-md border border-line bg-surface">
      <table aria-label="Identities of the console" className="w-full text-sm">
        <thead>
          <tr>
            {heads.map((word) => (
              <th
                key={word}
                scope="col"
                className="px-3 py-2 text-left text-xs font-semibold whitespace-nowrap text-muted"
              >
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {identities.map((identity) => (
            <Rows key={identity.role} identity={identity} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function Rows({ identity: each }: { identity: ConsoleIdentity }) {
  const { role, identity, kind, certificate, keyForm, warning, policy, excess, loadedAt } = each
  return (
    <>
      <tr>
        <th scope="row" className={`${cell} whitespace-nowrap`}>
          {roleWords[role]}
        </th>
        <td className={cell}>
          {certificate ? (
            <CertificateEnd certificate={certificate} />
          ) : kind === 'api-key' ? (
            'API key, never ends'
          ) : (
            'not known'
          )}
          {loadedAt && (
            <span className="block text-xs text-muted">
              read <Time at={loadedAt} />
            </span>
          )}
        </td>
        <td className={cell}>
          {identity ? <ShortIdentity identity={identity} /> : <Bad>its files can’t be used</Bad>}
        </td>
        <td className={`${cell} whitespace-nowrap`}>{keyForm ? formWords[keyForm] : '–'}</td>
        <td className={cell}>
          {policy ? (
            <Link href={paths.kesPolicy(policy)} className="font-mono text-xs text-accent hover:underline">
              {policy}
            </Link>
          ) : (
            <span className="text-muted">not known</span>
          )}
        </td>
        <td className={`${cell} min-w-40`}>
          {excess.length > 0 ? <Excess excess={excess} /> : policy ? 'nothing' : 'not known'}
        </td>
      </tr>
      {warning && (
        <tr>
          <td colSpan={heads.length} className="px-3 pb-2">
            <span className="flex gap-2">
              <Icon name="warning" className="mt-0.5 text-warning" />
              <span className="max-w-[90ch]">{warning}</span>
            </span>
          </td>
        </tr>
      )}
    </>
  )
}

const Bad = ({ children }: { children: ReactNode }) => (
  <span className="inline-flex items-center gap-1.5 text-critical">
    <Icon name="critical" />
    {children}
  </span>
)

const Excess = ({ excess }: { excess: readonly string[] }) => (
  <details>
    <summary className="inline-flex list-none items-center gap-1.5 text-warning">
      <Icon name="warning" />
      {counted(excess.length, 'thing')} it does not need
    </summary>
    <ul className="mt-1 font-mono text-xs">
      {excess.map((each) => (
        <li key={each} className="wrap-anywhere">
          {each}
        </li>
      ))}
    </ul>
  </details>
)

const ShortIdentity = ({ identity }: { identity: string }) => (
  <span className="inline-flex items-center gap-1 whitespace-nowrap">
    <span className="font-mono text-xs" title={identity}>
      {identity.slice(0, 8)}…{identity.slice(-8)}
    </span>
    <CopyButton text={identity} />
  </span>
)
