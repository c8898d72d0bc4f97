/** GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, with 2 as generator. Elements are bytes; to add or subtract is XOR. */
const POLYNOMIAL = 0x11d
const ORDER = 255

const exponentials = new Uint8Array(2 * ORDER)
const logarithms = new Uint8Array(256)
for (let power = 0, value = 1; power < ORDER; power++) {
  exponentials[power] = value
  exponentials[power + ORDER] = value
  logarithms[value] = power
  value = value & 0x80 ? (value << 1) ^ POLYNOMIAL : value << 1
}

/** `a · b` */
export const times = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : exponentials[logarithms[a]! + logarithms[b]!]!

/** `base^exponent`, where 0^0 is 1. */
export const power = (base: number, exponent: number): number => {
  if (exponent === 0) return 1
  return base === 0 ? 0 : exponentials[(logarithms[base]! * exponent) % ORDER]!
}

const inverse = (a: number) => exponentials[ORDER - logarithms[a]!]!

export type Matrix = readonly Uint8Array[]

/** `left · right` */
export const product = (left: Matrix, right: Matrix): Matrix =>
  left.map((row) =>
    Uint8Array.from(right[0] ?? [], (_, column) =>
      row.reduce((sum, value, i) => sum ^ times(value, right[i]![column]!), 0),
    ),
  )

/**
 * The inverse of a square matrix, by Gauss and Jordan.
 *
 * @throws RangeError where it has none
 */
export function inverted(matrix: Matrix): Matrix {
  const size = matrix.length
  const work = matrix.map((row, i) => {
    const wide = new Uint8Array(2 * size)
    wide.set(row)
    wide[size + i] = 1
    return wide
  })
  for (let column = 0; column < size; column++) {
    const pivot = work.findIndex((row, i) => i >= column && row[column] !== 0)
    if (pivot < 0) throw new RangeError('the matrix has no inverse')
    ;[work[column], work[pivot]] = [work[pivot]!, work[column]!]
    const factor = inverse(work[column]![column]!)
    work[column] = work[column]!.map((value) => times(value, factor))
    for (const [i, row] of work.entries()) if (i !== column) addMultiple(row, work[column]!, row[column]!)
  }
  return work.map((row) => row.subarray(size))
}

/** For each factor that was ever used, what each byte becomes: 256 tables of 256 bytes at most. */
const tables: (Uint8Array | undefined)[] = []

/** `sum += factor · of`, for as many bytes as `of` has. */
export function addMultiple(sum: Uint8Array, of: Uint8Array, factor: number): void {
  if (factor === 0) return
  tables[factor] ??= Uint8Array.from({ length: 256 }, (_, value) => times(value, factor))
  const multiples = tables[factor]
  for (let i = 0; i < of.length; i++) sum[i]! ^= multiples[of[i]!]!
}
