/** KES limits names by UTF-8 bytes, and only ASCII passes the alphabet: 80 of either is the same. */
const MAX_LENGTH = 80

/** A key, policy or identity name: 1–80 of `[0-9A-Za-z_-]`, no hyphen at either end, not a lone `_`. */
export const isName = (text: string): boolean =>
  text !== '_' && text.length <= MAX_LENGTH && /^(?!-)[\w-]+(?<!-)$/.test(text)

/** What may follow `/list/`: like a name, may be empty, and `*` may stand last. */
export const isPattern = (text: string): boolean =>
  text !== '_' && text.length <= MAX_LENGTH && /^(?!-)[\w-]*(?<!-)$|^(?!-)[\w-]*\*$/.test(text)
