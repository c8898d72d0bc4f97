const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const groups = new Intl.NumberFormat('en-US')

/** `12 345`: groups of three behind thin spaces at which no line breaks. */
export const count = (value: number) => groups.format(value).replaceAll(',', '\u202f')

/** `1 item`, `33 items`. */
export const counted = (value: number, noun: string, plural = `${noun}s`) =>
  `${count(value)} ${value === 1 ? noun : plural}`

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Binary units: `512 B`, `1.5 KiB`. */
export function bytes(value: number) {
  const power = value < 1024 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1)
  const scaled = value / 1024 ** power
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`
}

/** Seconds as people say them: `under a second`, `42 s`, `5 min 10 s`, `3 h 20 min`, `12 days`. */
export function duration(seconds: number) {
  if (seconds < 1) return 'under a second'
  const whole = Math.round(seconds)
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return pair(whole, MINUTE, 'min', 1, 's')
  if (whole < DAY) return pair(whole, HOUR, 'h', MINUTE, 'min')
  const days = Math.floor(whole / DAY)
  return days === 1 ? '1 day' : `${count(days)} days`
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((seconds % large) / small)
  const head = `${Math.floor(seconds / large)} ${largeUnit}`
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`
}

/** `just now`, `5 min ago`, `in 12 days`, for a moment (ISO 8601) seen at `nowMs`. */
export function relative(at: string, nowMs: number) {
  const seconds = (nowMs - Date.parse(at)) / 1000
  const distance = Math.abs(seconds)
  if (distance < 10) return 'just now'
  const words = distance < HOUR && distance >= MINUTE ? `${Math.floor(distance / MINUTE)} min` : coarse(distance)
  return seconds > 0 ? `${words} ago` : `in ${words}`
}

const coarse = (seconds: number) =>
  seconds >= HOUR && seconds < DAY ? `${Math.floor(seconds / HOUR)} h` : duration(seconds)

/** `2026-11-21 03:42:00 UTC`. */
export const exact = (at: string) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const hourAndMinute = { hour: '2-digit', minute: '2-digit' } as const

/** The wall clock of the person who looks: `13:58`. */
export const clock = (ms: number) => new Date(ms).toLocaleTimeString('en-GB', hourAndMinute)

/** The same with its zone, where it stands beside times in UTC: `13:58 CET`. */
export const zonedClock = (ms: number) =>
  new Date(ms).toLocaleTimeString('en-GB', { ...hourAndMinute, timeZoneName: 'short' })

/** A share of a whole, never rounded to 0 or 100 % while something is left on the other side. */
export function share(part: number, whole: number) {
  if (whole === 0) return '0 %'
  const percent = (part / whole) * 100
  if (part > 0 && percent < 1) return '< 1 %'
  if (part < whole && percent > 99) return '> 99 %'
  return `${Math.round(percent)} %`
}

/** `4.2 /s`; null while it can't be told. */
export const rate = (perSecond: number | null) =>
  perSecond === null ? '–' : `${perSecond >= 100 ? count(Math.round(perSecond)) : perSecond.toFixed(1)} /s`
