/** No public key lives longer; a longer time to go means that the clocks differ. */
const LIFE_MS = 10 * 60_000
const SLACK_MS = 5_000

/**
 * Seconds until what came at `receivedMs` with the end `expiresAt` ends; 0 when it has. Null when this computer's clock
 * and the console's differ too much to say: the console then decides alone.
 */
export function secondsLeft(expiresAt: string, receivedMs: number, nowMs: number): number | null {
  const ends = Date.parse(expiresAt)
  const told = ends - receivedMs
  if (told <= 0 || told > LIFE_MS + SLACK_MS) return null
  return Math.max(0, Math.ceil((ends - nowMs) / 1000))
}
