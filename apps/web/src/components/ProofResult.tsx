import type { KeyProof } from '@strongroom/shared/keys'
import type * as z from 'zod/mini'
import { counted } from '../lib/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { Note, type Tone } from '../ui/Note.tsx'
import { Facts, HowWeKnow, Lines, Time } from '../ui/Text.tsx'

export type Proof = z.infer<typeof KeyProof>

const verdicts: Record<Proof['verdict'], { tone: Tone; title: (name: string) => string }> = {
  proven: {
    tone: 'good',
    title: (name) => `Proven: ${name} in KES opens what this cluster has sealed under that name.`,
  },
  'wrong-material': {
    tone: 'critical',
    title: (name) =>
      `${name} in KES is other key material than the one that sealed this cluster’s data. Do not restart MinIO on it.`,
  },
  'nothing-to-open': {
    tone: 'info',
    title: (name) => `Nothing on the drives is sealed under ${name}, so there was nothing to open.`,
  },
  'key-missing': { tone: 'warning', title: (name) => `KES has no key ${name}.` },
}

/** The answer to "does this key open what the cluster has sealed?", with what was tried. */
export function ProofResult({ proof }: { proof: Proof }) {
  const { tone, title } = verdicts[proof.verdict]
  return (
    <div className="space-y-3" role="status">
      <Note tone={tone} title={title(proof.name)}>
        {proof.detail}
      </Note>
      <Facts
        facts={[
          ['Data keys opened', `${proof.opened} of ${counted(proof.opened + proof.failed, 'sample')}`],
          ['Same material', sameMaterial(proof.sameMaterial)],
          ['Tried', <Time key="at" at={proof.at} />],
        ]}
      />
      <HowWeKnow>
        <p className="text-muted">
          The sealed data keys were taken from the drives, never from this browser, and KES was asked to open them.
        </p>
        {proof.samples.length > 0 && (
          <ul className="divide-y divide-line rounded-md border border-line">
            {proof.samples.map((sample) => (
              <li key={sample.path} className="flex gap-2 px-3 py-1.5">
                <Icon
                  name={sample.opened ? 'good' : 'critical'}
                  className={sample.opened ? 'mt-0.5 text-good' : 'mt-0.5 text-critical'}
                />
                <span className="min-w-0">
                  <span className="block font-mono text-xs wrap-anywhere">{sample.path}</span>
                  <span className="text-xs text-muted">
                    {sample.opened ? 'Opened' : 'Not opened'}
                    {sample.note && `: ${sample.note}`}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
        <Lines
          label="Look at the key yourself"
          lines={[`kes key info ${proof.name}`, `mc admin kms key status ALIAS ${proof.name}`]}
        />
      </HowWeKnow>
    </div>
  )
}

const sameMaterial = (same: boolean | null) =>
  same === null
    ? 'Not compared: the console has no source for this key'
    : same
      ? 'Yes: what was sealed under the source opens in KES, and the other way round'
      : 'No: KES and the source do not open what the other has sealed'
