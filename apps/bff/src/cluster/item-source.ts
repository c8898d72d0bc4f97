/** One item as it lies on the drives. `bytes` are sealed or plaintext as stored: wipe them after use. */
export interface StoredItem {
  /** Below the volume, without `/xl.meta`. */
  readonly path: string
  /** Undefined when no whole generation could be put together; `trouble` says why. */
  readonly bytes: Uint8Array | undefined
  readonly trouble: string | undefined
  readonly metaSys: Readonly<Record<string, Uint8Array>>
  /** Drives that hold the generation that was read. */
  readonly copies: number
  /** Drives that should hold it: those of its erasure set. Undefined when no copy could be read. */
  readonly drives?: number | undefined
  /** Drives that hold an older generation: they missed a save, and what sealed the item then may still lie there. */
  readonly older?: number | undefined
  /** When that generation was written, nanoseconds since 1970: two readings with the same are of one generation. */
  readonly modTimeNs: bigint | undefined
  /** Some drives name a newer generation, of which too little is there: a save runs, or was broken off. */
  readonly unsettled?: boolean | undefined
}

/** Some of the items. Whoever takes a batch wipes its bytes before the next one, so that memory stays bounded. */
export interface ItemBatch {
  readonly items: readonly StoredItem[]
  /** Drives that sent anything for this batch. */
  readonly drives: ReadonlySet<string>
  /** Items that there are in all, as far as names tell; absent while that is not known. */
  readonly expected?: number | undefined
}

/** Where the items of the cluster's own data come from: the running cluster, or folders of drives. */
export interface ItemSource {
  /** `.minio.sys`, or `.kypello.sys` on Kypello. */
  readonly volume: string
  /** Every item once: `config/**`, `buckets/<bucket>/.metadata.bin`, `batch-jobs/**`. */
  batches(signal?: AbortSignal): AsyncGenerator<ItemBatch, void>
  /** Whether `backend-encrypted` is there. */
  legacyMarker(): Promise<boolean>
}
