/**
 * C0, DEL and C1 move the cursor, recolour or retitle a terminal; the rest turns or hides what stands around it: marks and
 * overrides of direction, line separators, characters without width.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const codeOf = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0')

/** One line of text for a terminal: names come from drives and files, and whoever wrote those may not be a friend. */
export const printable = (line: string) => line.replace(UNPRINTABLE, (character) => `\\u${codeOf(character)}`)

/** As {@link printable}, for text of several lines whose ends are our own. */
export const printableLines = (text: string) => text.split('\n').map(printable).join('\n')

/** The same value, as JSON that prints as what it is. */
export const printableJson = (value: unknown) => printableLines(JSON.stringify(value, null, 2))
