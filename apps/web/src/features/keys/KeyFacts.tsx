import type { KeyDetails } from '@strongroom/shared/keys'
import { SealBadge } from '../../ui/Seal.tsx'
import { Facts, Moment } from '../../ui/Text.tsx'
import { canaryLooks, stageLooks } from './key-words.ts'
import { SecondCopy } from './SecondCopy.tsx'
import { Identity, State } from './State.tsx'

/** What KES and the console know of a key, all of it. */
export const KeyFacts = ({ data }: { data: KeyDetails }) => (
  <Facts
    facts={[
      [
        'Use',
        data.isDefault ? <SealBadge key="u" look="default" label="Default key of MinIO" /> : 'Not the default key',
      ],
      ['Algorithm', data.algorithm ?? 'not known'],
      ['Made', data.createdAt ? <Moment key="t" at={data.createdAt} /> : 'not known'],
      ['Made by', data.createdBy ? <Identity key="b" identity={data.createdBy} /> : 'not known'],
      ['Last proof', data.provenAt ? <Moment key="p" at={data.provenAt} /> : 'none'],
      ['Canary', data.canary ? <State key="c" look={canaryLooks[data.canary.state]} /> : 'none is kept'],
      ['Second copy', <SecondCopy key="s" backup={data.backup} />],
      ...(data.deletion ? [['Deletion', <State key="d" look={stageLooks[data.deletion]} />] as const] : []),
    ]}
  />
)
