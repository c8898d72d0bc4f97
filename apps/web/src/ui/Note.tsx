import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

export type Tone = 'critical' | 'warning' | 'info' | 'good'

const tones: Record<Tone, { box: string; ink: string; word: string }> = {
  critical: { box: 'bg-critical-soft border-critical/40', ink: 'text-critical', word: 'Critical' },
  warning: { box: 'bg-warning-soft border-warning/40', ink: 'text-warning', word: 'Warning' },
  info: { box: 'bg-info-soft border-info/40', ink: 'text-info', word: 'Info' },
  good: { box: 'bg-good-soft border-good/40', ink: 'text-good', word: 'Holds' },
}

export const toneWord = (tone: Tone) => tones[tone].word
export const toneInk = (tone: Tone) => tones[tone].ink
export const toneBox = (tone: Tone) => tones[tone].box

type Props = { tone: Tone; title?: ReactNode; children?: ReactNode; alert?: boolean; action?: ReactNode }

/** A boxed remark. `alert` reads it out as soon as it comes. */
export function Note({ tone, title, children, alert = false, action }: Props) {
  return (
    <div role={alert ? 'alert' : undefined} className={`flex gap-3 rounded-md border p-3 text-sm ${tones[tone].box}`}>
      <Icon name={tone} className={`mt-0.5 ${tones[tone].ink}`} />
      <div className="min-w-0 grow">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="wrap-anywhere">{children}</div>}
        {action && <div className="mt-2">{action}</div>}
      </div>
    </div>
  )
}

/** Severity: an icon and its word. */
export const Severity = ({ tone }: { tone: Tone }) => (
  <span className={`inline-flex items-center gap-1.5 self-start text-sm leading-5.5 font-semibold ${tones[tone].ink}`}>
    <Icon name={tone} />
    {tones[tone].word}
  </span>
)
