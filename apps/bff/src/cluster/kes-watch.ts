import type { Kms } from '@strongroom/shared/kms'

/** Since when no KES endpoint answers, as far as the console has looked. */
export class KesWatch {
  #downSince: Date | null = null

  /** Takes in an observation and says since when KES is away; null while one endpoint answers, or without KES. */
  note({ kind, kes, endpoints }: Kms): Date | null {
    // Who may not ask for the KMS has seen nothing of it.
    if (kind === 'unknown') return this.#downSince
    const console = kes?.endpoints ?? []
    const away =
      kind === 'kes' &&
      (console.length > 0
        ? console.every(({ reachable }) => !reachable)
        : endpoints.length > 0 && endpoints.every(({ state }) => state === 'offline'))
    this.#downSince = away ? (this.#downSince ?? new Date()) : null
    return this.#downSince
  }
}
