import type { KeyProof, ProofSample } from '@strongroom/shared/keys'
import { Link } from 'wouter'
import type * as z from 'zod/mini'
import { counted } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import { buttonClass } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Note, type Tone } from '../ui/Note.tsx'
import { Facts, HowWeKnow, Lines, Moment, ScrollBox } from '../ui/Text.tsx'

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
      <Note tone={tone} title={title(proof.name)} action={ways(proof)}>
        {proof.detail}
      </Note>
      <Facts
        facts={[
          ['Data keys opened', `${proof.opened} of ${counted(proof.opened + proof.failed, 'sample')}`],
          ['Same material', sameMaterial(proof)],
          ['Tried', <Moment key="at" at={proof.at} />],
        ]}
      />
      <HowWeKnow>
        <p className="text-muted">
          The sealed data keys were taken from the drives, never from this browser, and KES was asked to open them.
        </p>
        {proof.samples.length > 0 && <Samples samples={proof.samples} />}
        <Lines
          label="Look at the key yourself"
          lines={[`kes key info ${proof.name}`, `mc admin kms key status ALIAS ${proof.name}`]}
        />
      </HowWeKnow>
    </div>
  )
}

/** Where the right material may come from, once the wrong key has left KES. */
const ways = ({ verdict, name }: Proof) =>
  (verdict === 'wrong-material' || verdict === 'key-missing') && (
    <Link href={`${paths.keyImport}?name=${encodeURIComponent(name)}`} className={buttonClass()}>
      Ways to import a key
    </Link>
  )

const cell = 'border-t border-line px-3 py-1.5 text-left align-top font-normal'
const head = 'px-3 py-1.5 text-left text-xs font-semibold text-muted'

const Samples = ({ samples }: { samples: readonly ProofSample[] }) => (
  <ScrollBox className="max-h-96 overflow-y-auto rounded-md border border-line">
    <table aria-label="Samples" className="w-full text-sm">
      <thead>
        <tr>
          <th scope="col" className={head}>
            Sealed data key of
          </th>
          <th scope="col" className={head}>
            Result
          </th>
        </tr>
      </thead>
      <tbody>
        {samples.map((sample) => {
          const { icon, word, ink } = looks[lookOf(sample)]
          return (
            <tr key={sample.path}>
              <th scope="row" className={cell}>
                <span className="block font-mono text-xs wrap-anywhere">{sample.path}</span>
                <span className="text-xs text-muted">{sample.from === 'iam' ? 'IAM or config item' : 'Object'}</span>
              </th>
              <td className={cell}>
                <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${ink}`}>
                  <Icon name={icon} />
                  {word}
                </span>
                {sample.note && <span className="block text-xs text-muted">{sample.note}</span>}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </ScrollBox>
)

const looks = {
  opened: { icon: 'good', word: 'Opened', ink: 'text-good' },
  failed: { icon: 'critical', word: 'Not opened', ink: 'text-critical' },
  apart: { icon: 'info', word: 'Does not count', ink: 'text-muted' },
} as const

/** A sample with a note says nothing about the key: why, is in the note. */
const lookOf = ({ opened, note }: ProofSample) => (opened ? 'opened' : note === undefined ? 'failed' : 'apart')

const references: Record<NonNullable<Proof['comparedWith']>, string> = {
  source: 'the source on the server',
  wrapped: 'the wrapped key that was brought in',
  made: 'the key that was made here',
}

function sameMaterial({ sameMaterial: same, comparedWith }: Proof) {
  if (same === null) return 'Not compared: the console has no material of this key at hand'
  const reference = references[comparedWith ?? 'source']
  return same
    ? `Yes: what was sealed with ${reference} opens in KES, and the other way round`
    : `No: KES and ${reference} do not open what the other has sealed`
}
