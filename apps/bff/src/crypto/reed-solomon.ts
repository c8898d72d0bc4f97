import { FormatError } from './failures.ts'
import { addMultiple, inverted, type Matrix, power, product } from './galois-field.ts'

/** As many drives as MinIO puts into one erasure set. */
export const MAX_SHARDS = 16

/**
 * Rebuilds data shards that are missing, with the code that MinIO uses: klauspost/reedsolomon's systematic Vandermonde
 * matrix, `V[r][c] = r^c` times the inverse of its top square. What is wrong in a shard goes into what is rebuilt from
 * it, so check shards before.
 *
 * @param shards of one item, by index: the data shards first, then parity; `undefined` where missing. All of one length.
 * @param dataBlocks how many of `shards` hold data
 * @returns the data shards: those that were there as they are, new arrays for the others
 * @throws FormatError where fewer than `dataBlocks` shards are there, or a layout or lengths cannot be
 */
export function rebuildDataShards(shards: readonly (Uint8Array | undefined)[], dataBlocks: number): Uint8Array[] {
  const present = shards.flatMap((bytes, index) => (bytes ? [{ index, bytes }] : [])).slice(0, dataBlocks)
  const length = present[0]?.bytes.length
  if (dataBlocks < 1 || shards.length < dataBlocks || shards.length > MAX_SHARDS) {
    throw new FormatError('no erasure layout has so many shards')
  }
  if (length === undefined || present.length < dataBlocks)
    throw new FormatError('too few shards are left to rebuild from')
  if (present.some(({ bytes }) => bytes.length !== length)) throw new FormatError('shards of one item differ in length')
  const rows = inverted(rowsOf(present, encoding(dataBlocks, shards.length)))
  return rows.map((row, index) => {
    const kept = shards[index]
    if (kept) return kept
    const rebuilt = new Uint8Array(length)
    for (const [i, { bytes }] of present.entries()) addMultiple(rebuilt, bytes, row[i]!)
    return rebuilt
  })
}

const rowsOf = (present: readonly { index: number }[], matrix: Matrix): Matrix =>
  present.map(({ index }) => matrix[index]!)

const encodings = new Map<string, Matrix>()

/** What makes all shards out of the data shards: the identity on top, so that data stays as it is. */
function encoding(dataBlocks: number, shards: number): Matrix {
  const layout = `${dataBlocks} of ${shards}`
  const matrix = encodings.get(layout) ?? systematic(dataBlocks, shards)
  encodings.set(layout, matrix)
  return matrix
}

function systematic(dataBlocks: number, shards: number): Matrix {
  const vandermonde = Array.from({ length: shards }, (_, row) =>
    Uint8Array.from({ length: dataBlocks }, (_, column) => power(row, column)),
  )
  return product(vandermonde, inverted(vandermonde.slice(0, dataBlocks)))
}
