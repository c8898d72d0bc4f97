import { Icon } from '../../ui/Icon.tsx'
import { CopyButton } from '../../ui/Text.tsx'
import { type StateLook, shortIdentity } from './key-words.ts'

/** An icon and its word, in the colour of the state. */
export const State = ({ look: { icon, word, ink } }: { look: StateLook }) => (
  <span className={`inline-flex items-center gap-1.5 align-middle ${ink}`}>
    <Icon name={icon} />
    {word}
  </span>
)

export const Identity = ({ identity }: { identity: string }) => (
  <span className="inline-flex flex-wrap items-center gap-1">
    <span className="font-mono text-xs" title={identity}>
      {shortIdentity(identity)}
    </span>
    <CopyButton text={identity} label="Copy identity" />
  </span>
)
