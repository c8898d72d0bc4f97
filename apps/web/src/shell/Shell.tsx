import type { ReactNode } from 'react'
import { useAnnouncement } from '../components/announcer.ts'
import { useToast } from '../components/toast.ts'
import { Nav } from './Nav.tsx'
import { TopBar } from './TopBar.tsx'

/** A link could not do it: `<base href>` would turn `#main` into another page. */
const skip = () => document.querySelector<HTMLElement>('main')?.focus()

export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <button
        type="button"
        onClick={skip}
        className="print:hidden sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </button>
      <TopBar />
      <div className="flex">
        <div className="sticky top-12 h-[calc(100dvh-3rem)] w-52 shrink-0 border-r border-line bg-surface p-2 max-lg:w-14 max-sm:hidden print:hidden">
          <Nav rail />
        </div>
        <main tabIndex={-1} className="mx-auto w-full min-w-0 max-w-[1280px] px-4 py-5 outline-none sm:px-6">
          {children}
        </main>
      </div>
      <p aria-live="polite" className="sr-only">
        {useAnnouncement()}
      </p>
      <Toast />
    </>
  )
}

function Toast() {
  const text = useToast()
  return (
    <div
      role="status"
      className="print:hidden pointer-events-none fixed inset-x-0 bottom-4 z-40 flex justify-center px-4"
    >
      {text && (
        <p className="arrive min-w-0 max-w-full rounded-md border border-line bg-ink px-4 py-2 text-sm wrap-anywhere text-page shadow-float">
          {text}
        </p>
      )}
    </div>
  )
}
