/** `0.4 ms`, `12 ms`; `not known` for null. */
export const milliseconds = (ms: number | null) =>
  ms === null ? 'not known' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
