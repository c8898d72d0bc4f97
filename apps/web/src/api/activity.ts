const QUIET_MS = 60_000

/** Loading the page is an act too. By the wall clock: a machine that slept was left alone. */
let lastActMs = Date.now()

const note = () => {
  lastActMs = Date.now()
}

/** `click` stands alone when assistive technology presses a button. */
for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'click'])
  addEventListener(type, note, { passive: true, capture: true })

/** Whether nobody has touched this page for a minute: what it asks then, it asks by itself. */
export const isLeftAlone = () => Date.now() - lastActMs >= QUIET_MS
