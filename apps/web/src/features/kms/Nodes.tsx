import type { Kms } from '@strongroom/shared/kms'
import { counted, duration } from '../../lib/format.ts'
import { kmsWords } from '../../lib/kms-words.ts'
import { Icon, type IconName } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { cell, head } from '../../ui/plain-table.ts'
import { ScrollBox } from '../../ui/Text.tsx'

type KmsEndpoint = Kms['endpoints'][number]

const looks: Record<KmsEndpoint['state'], { icon: IconName; word: string; ink: string }> = {
  online: { icon: 'good', word: 'Online', ink: 'text-good' },
  offline: { icon: 'critical', word: 'Offline', ink: 'text-critical' },
  unknown: { icon: 'unknown', word: 'Not known', ink: 'text-muted' },
}

export function Endpoints({ endpoints }: { endpoints: readonly KmsEndpoint[] }) {
  if (endpoints.length === 0) return null
  return (
    <section className="space-y-2">
      <h2 className="text-lg font-semibold">Endpoints</h2>
      <ScrollBox className="rounded-md border border-line bg-surface">
        <table aria-label="KMS endpoints" className="w-full text-sm">
          <thead>
            <tr>
              <th scope="col" className={head}>
                Endpoint
              </th>
              <th scope="col" className={head}>
                State
              </th>
              <th scope="col" className={head}>
                Seen by
              </th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map(({ url, state, seenBy }) => (
              <tr key={`${seenBy} ${url}`}>
                <th scope="row" className={`${cell} font-mono text-xs`}>
                  {url}
                </th>
                <td className={cell}>
                  <span className={`inline-flex items-center gap-1.5 ${looks[state].ink}`}>
                    <Icon name={looks[state].icon} />
                    {looks[state].word}
                  </span>
                </td>
                <td className={cell}>{seenBy === 'minio' ? 'MinIO' : 'this console'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}

export function Nodes({ kms: { nodes, nodesAgree } }: { kms: Kms }) {
  if (nodes.length === 0) return null
  return (
    <section className="space-y-2">
      <h2 className="text-lg font-semibold">{counted(nodes.length, 'MinIO node')}</h2>
      {nodesAgree === false && (
        <Note tone="warning" title="The nodes run with different KMS settings">
          Give all nodes the same lines, then restart them together: a node waits at its start until enough others
          agree.
        </Note>
      )}
      <ScrollBox className="rounded-md border border-line bg-surface">
        <table aria-label="MinIO nodes" className="w-full text-sm">
          <thead>
            <tr>
              {['Node', 'State', 'KMS', 'Default key', 'Drives', 'Up for', 'Version'].map((word) => (
                <th key={word} scope="col" className={`${head} ${word === 'Drives' ? 'text-right' : ''}`}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.endpoint}>
                <th scope="row" className={`${cell} font-mono text-xs`}>
                  {node.endpoint}
                </th>
                <td className={cell}>{node.state}</td>
                <td className={`${cell} whitespace-nowrap`}>{kmsWords[node.kind]}</td>
                <td className={`${cell} font-mono text-xs`}>
                  {node.defaultKey ?? (node.kind === 'none' ? '–' : 'not told')}
                </td>
                <td className={`${cell} text-right whitespace-nowrap`}>
                  {node.drivesOnline} of {node.drives}
                </td>
                <td className={`${cell} whitespace-nowrap`}>
                  {node.uptimeSeconds === null ? 'not known' : duration(node.uptimeSeconds)}
                </td>
                <td className={`${cell} text-xs whitespace-nowrap text-muted`}>{node.version ?? 'not known'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}
