import { type ReactNode, useEffect, useRef } from 'react'
import { announce } from './announcer.ts'

type Props = { title: string; lead?: string; action?: ReactNode; children: ReactNode; hideTitle?: boolean }

let first = true

/** Going back keeps where the page was scrolled to; a link begins at the top. The router tells of its own entries. */
let goingBack = false
addEventListener('popstate', () => {
  goingBack = true
})
addEventListener('pushState', () => {
  goingBack = false
})

/** Title, one sentence of what the page answers, the primary action, then the page. Names the document, and tells the change. */
export function Page({ title, lead, action, children, hideTitle = false }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Strongroom`
    announce(title)
    if (!first) heading.current?.focus({ preventScroll: true })
    if (!first && !goingBack) scrollTo(0, 0)
    first = false
  }, [title])
  return (
    <div className="space-y-5">
      <header className={hideTitle ? 'sr-only' : 'flex flex-wrap items-start justify-between gap-x-6 gap-y-3'}>
        <div className="min-w-0">
          <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold">
            {title}
          </h1>
          {lead && <p className="max-w-[75ch] text-pretty text-muted">{lead}</p>}
        </div>
        {action && <div className="flex flex-wrap gap-2">{action}</div>}
      </header>
      {children}
    </div>
  )
}
