const LONGEST_MS = 500
/** Safari has no such call. */
const NEARLY_IDLE_MS = 50

/** Until the main thread has nothing to draw, or half a second has gone by. */
export const idle = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: LONGEST_MS })
    else setTimeout(resolve, NEARLY_IDLE_MS)
  })
