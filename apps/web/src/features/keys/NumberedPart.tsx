import type { ReactNode } from 'react'

/** One of the parts of an act that is done from top to bottom. */
export const NumberedPart = ({ number, title, children }: { number: number; title: string; children: ReactNode }) => (
  <section aria-label={title} className="space-y-3">
    <h2 className="text-lg font-semibold">
      {number}. {title}
    </h2>
    {children}
  </section>
)
