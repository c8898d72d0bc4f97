/** Of small tables, which are drawn whole; those of many rows are a DataTable. */
export const head = 'px-3 py-2 text-left text-xs font-semibold text-muted'
export const cell = 'border-t border-line px-3 py-2 text-left font-normal'
export const topCell = `${cell} align-top`
