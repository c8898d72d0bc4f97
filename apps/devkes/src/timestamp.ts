/** A moment as key files hold it: whole seconds since 1970 and nanoseconds within the second. */
export type Timestamp = { seconds: number; nanos: number }

/** Go's zero time, the first second of year 1: what a key without a date has. */
export const ZERO_TIME: Timestamp = { seconds: -62135596800, nanos: 0 }

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/

export function now(): Timestamp {
  const ms = Date.now()
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 }
}

/** RFC 3339 in UTC with up to nine decimals, trailing zeros removed: Go's RFC3339Nano. */
export function formatTimestamp({ seconds, nanos }: Timestamp): string {
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '')
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`
}

/** @throws RangeError when the text is not RFC 3339 */
export function parseTimestamp(text: string): Timestamp {
  const [, whole, fraction = '', zone] = RFC3339.exec(text) ?? []
  const ms = Date.parse(`${whole}${zone}`)
  if (Number.isNaN(ms)) throw new RangeError('the date is not written as RFC 3339')
  return { seconds: ms / 1000, nanos: Number(fraction.padEnd(9, '0')) }
}
