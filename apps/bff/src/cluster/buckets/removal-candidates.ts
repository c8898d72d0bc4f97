import type { ListedVersion } from '../../minio/version-listing.ts'

/** So many newer versions of the same size are read before a version counts as history of its own. */
const COMPARED = 5

/** A plain version that is not the current one, with what may stand for it. */
export interface Candidate {
  readonly plain: ListedVersion
  /** Newer encrypted versions of the same size, the nearest first: a copy lies right above what it was made of. */
  readonly alike: readonly ListedVersion[]
  /** Whether any newer version is encrypted. */
  readonly hasSealed: boolean
}

/** Finds candidates as a listing goes on, newest versions first; what it keeps of an object does not grow with its plain versions. */
export class RemovalCandidates {
  #key: string | undefined
  #hasSealed = false
  readonly #alike = new Map<number, readonly ListedVersion[]>()

  /** @param versions those that come next in the listing */
  next(versions: readonly ListedVersion[]): Candidate[] {
    return versions.flatMap((version) => this.#take(version))
  }

  #take(version: ListedVersion): Candidate[] {
    const { key, mode, current, sizeBytes } = version
    if (key !== this.#key) this.#begin(key)
    const alike = this.#alike.get(sizeBytes) ?? []
    if (mode === 'sse-s3' || mode === 'sse-kms') {
      this.#hasSealed = true
      this.#alike.set(sizeBytes, [version, ...alike].slice(0, COMPARED))
    }
    return mode === 'none' && !current ? [{ plain: version, alike, hasSealed: this.#hasSealed }] : []
  }

  #begin(key: string) {
    this.#key = key
    this.#hasSealed = false
    this.#alike.clear()
  }
}
