export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const STORED = 'strongroom.theme'

/** What was chosen here before; `system` where nothing was, or where the browser keeps nothing. */
export function storedTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(STORED)) ?? 'system'
  } catch {
    return 'system'
  }
}

export function applyTheme(theme: Theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(STORED, theme)
  } catch {
    // A browser that keeps nothing still shows the theme until it is closed.
  }
}
