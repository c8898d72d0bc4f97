/** Rows in the first page of a table: what a window shows and little more, so that they are there soon. */
export const FIRST_BUCKETS = 40
export const FIRST_KEYS = 100
export const FIRST_ITEMS = 100
