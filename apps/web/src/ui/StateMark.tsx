import { Icon, type IconName } from './Icon.tsx'

export interface StateLook {
  readonly icon: IconName
  readonly word: string
  /** A text colour. */
  readonly ink: string
}

/** An icon and its word, in the colour of the state. */
export const StateMark = ({ look: { icon, word, ink }, title }: { look: StateLook; title?: string }) => (
  <span title={title} className={`inline-flex items-center gap-1.5 align-middle whitespace-nowrap ${ink}`}>
    <Icon name={icon} />
    {word}
  </span>
)
