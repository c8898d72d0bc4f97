import type { Kms } from '@strongroom/shared/kms'

/** Since when no KES endpoint answers, as far as the console has looked. */
export class KesWatch {
  #downSince: Date | null = null

  /** Takes in an observation and says since when KES is away; null while one endpoint answers, or without KES. */
  note({ kind, kes, endpoints }: Kms): Date | null {
    const console = kes?.endpoints ?? []
    const unseen = console.length === 0 && endpoints.some(({ state }) => state === 'unknown')
    // Who may not ask for the KMS has seen nothing of it, nor who may not know of KES while MinIO keeps silent.
    if (kind === 'unknown' || unseen) return this.#downSince
    const away =
      kind === 'kes' &&
      (console.length > 0
        ? console.every(({ reachable }) => !reachable)
        : endpoints.length > 0 && endpoints.every(({ state }) => state === 'offline'))
    this.#downSince = away ? (this.#downSince ?? new Date()) : null
    return this.#downSince
  }
}
