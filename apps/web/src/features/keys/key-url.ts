import { useSearch } from 'wouter'
import { paths } from '../../lib/paths.ts'

export const keyTabs = ['details', 'proof', 'canary', 'usage', 'deletion'] as const
export type KeyTab = (typeof keyTabs)[number]

/** The addresses around one key. The filters of the list are carried along, so that the way back leads to the same rows. */
export function useKeyUrls(name: string) {
  const search = useSearch()
  const withTab = (tab: KeyTab | null) => {
    const params = new URLSearchParams(search)
    for (const own of ['tab', 'act']) params.delete(own)
    if (tab) params.set('tab', tab)
    return params.size === 0 ? '' : `?${params}`
  }
  return {
    list: `${paths.keys}${withTab(null)}`,
    /** The whole account, opened at `tab`; without a tab the address means the panel beside the list. */
    tab: (tab: KeyTab) => `${paths.key(name)}${withTab(tab)}`,
  }
}
