/**
 * Reed-Solomon as MinIO's drives have it, written for the tests alone: the field of 256 elements over 0x11d; row r of the
 * code is (r^0, r^1, …), brought to where the first rows are the content itself.
 */

const EXP = new Uint8Array(510)
const LOG = new Uint8Array(256)
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value
  EXP[power + 255] = value
  LOG[value] = power
  value = value & 0x80 ? (value << 1) ^ 0x11d : value << 1
}

const times = (a: number, b: number) => (a === 0 || b === 0 ? 0 : EXP[LOG[a]! + LOG[b]!]!)
const inverse = (a: number) => EXP[255 - LOG[a]!]!
const power = (base: number, exponent: number) =>
  exponent === 0 ? 1 : base === 0 ? 0 : EXP[(LOG[base]! * exponent) % 255]!

type Matrix = readonly (readonly number[])[]

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, column) => row.reduce((sum, value, at) => sum ^ times(value, b[at]![column]!), 0)))

/** Gauss and Jordan. @throws Error where there is none, which no rows of this code give */
function inverted(matrix: Matrix): Matrix {
  const size = matrix.length
  const rows = matrix.map((row, at) => [...row, ...row.map((_, column) => (column === at ? 1 : 0))])
  for (let at = 0; at < size; at++) {
    const pivot = rows.findIndex((row, index) => index >= at && row[at] !== 0)
    if (pivot < 0) throw new Error('these rows have no inverse')
    ;[rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!]
    const scale = inverse(rows[at]![at]!)
    rows[at] = rows[at]!.map((value) => times(value, scale))
    for (let other = 0; other < size; other++) {
      const factor = rows[other]![at]!
      if (other !== at) rows[other] = rows[other]!.map((value, column) => value ^ times(factor, rows[at]![column]!))
    }
  }
  return rows.map((row) => row.slice(size))
}

/**
 * The `data` shards of content from any `data` shards of equal length.
 * @param shards by 0-based number; the first `data` numbers are content
 */
export function contentShards(shards: ReadonlyMap<number, Uint8Array>, data: number, total: number): Uint8Array[] {
  const powers = Array.from({ length: total }, (_, row) =>
    Array.from({ length: data }, (_, column) => power(row, column)),
  )
  const code = multiply(powers, inverted(powers.slice(0, data)))
  const numbers = [...shards.keys()].sort((one, other) => one - other).slice(0, data)
  const back = inverted(numbers.map((number) => code[number]!))
  const given = numbers.map((number) => shards.get(number)!)
  return back.map((row, at) => shards.get(at) ?? combine(row, given))
}

function combine(row: readonly number[], shards: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(shards[0]!.length)
  for (const [at, shard] of shards.entries()) {
    for (let index = 0; index < sum.length; index++) sum[index] = sum[index]! ^ times(row[at]!, shard[index]!)
  }
  return sum
}
