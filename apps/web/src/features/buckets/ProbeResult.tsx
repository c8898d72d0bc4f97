import type { BucketProbe } from '@strongroom/shared/buckets'
import { Note } from '../../ui/Note.tsx'
import { Facts, Time } from '../../ui/Text.tsx'
import { modeWords } from './seal-of-bucket.ts'

export function ProbeResult({ probe }: { probe: BucketProbe }) {
  const { encrypted, mode, key, headers, readBack, removed, object, at } = probe
  const title = encrypted
    ? `MinIO sealed the probe: ${modeWords[mode]}${key ? `, key ${key}` : ''}.`
    : 'The probe lies in plaintext on the drives.'
  return (
    <div role="status" className="space-y-3">
      <Note tone={encrypted ? 'good' : 'critical'} title={title}>
        {readBack
          ? 'It was read back with the same bytes.'
          : 'It did not come back with the same bytes: check the key service.'}
      </Note>
      {headers.length > 0 ? (
        <table className="w-full text-xs">
          <caption className="pb-1 text-left text-muted">The headers that decide, as MinIO answered them</caption>
          <tbody>
            {headers.map(({ name, value }) => (
              <tr key={name}>
                <th
                  scope="row"
                  className="border-t border-line py-1 pr-3 text-left align-top font-mono font-normal wrap-anywhere"
                >
                  {name}
                </th>
                <td className="border-t border-line py-1 font-mono wrap-anywhere">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="text-sm text-muted">MinIO answered without any encryption header.</p>
      )}
      <Facts
        facts={[
          [
            'Object',
            <span key="o" className="font-mono text-xs">
              {object}
            </span>,
          ],
          ['Removed', removed ? 'Yes' : 'No: remove it by hand'],
          ['Written', <Time key="t" at={at} />],
        ]}
      />
    </div>
  )
}
