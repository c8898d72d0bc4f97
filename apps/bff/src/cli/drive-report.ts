import { describeDrives } from '../cluster/drive-folder.ts'

/** What the given folders are, by their own account. */
export interface DriveReport {
  readonly deploymentId: string | null
  /** `fs`: a single drive in the layout that today's MinIO does not open. Null: no folder is a drive. */
  readonly layout: 'erasure' | 'fs' | null
  /** `trouble` says why a folder is not read; null where it is. */
  readonly folders: readonly { readonly path: string; readonly trouble: string | null }[]
  /** Drives that the pools seen here have; null where no drive says. */
  readonly total: number | null
  /** Erasure sets of which no drive is among the folders: their items can't be seen at all. */
  readonly unseenSets: number
  /**
   * Folders without a drive beyond those that the sets seen here lack. They may be of a pool that nothing is seen of, since
   * a drive knows its own pool alone.
   */
  readonly unplaced: number
}

export async function reportDrives(paths: readonly string[], volume: string): Promise<DriveReport> {
  const described = await describeDrives(paths, volume)
  const usable = described.filter(({ layout }) => layout !== null)
  const layout = usable[0]?.layout ?? null
  const sets = new Map(usable.flatMap(({ poolSets }) => poolSets.map((set) => [set.join(), set])))
  const here = new Set(usable.map(({ driveId }) => driveId))
  const total = layout === 'erasure' ? [...sets.values()].reduce((sum, set) => sum + set.length, 0) : layout && 1
  const lacking = (total ?? 0) - usable.length
  return {
    deploymentId: usable[0]?.deploymentId ?? null,
    layout,
    folders: described.map(({ path, trouble }) => ({ path, trouble })),
    total,
    unseenSets: [...sets.values()].filter((set) => !set.some((id) => here.has(id))).length,
    unplaced: Math.max(0, described.length - usable.length - lacking),
  }
}
