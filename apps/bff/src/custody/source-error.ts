/** Why a key source can't be used: one sentence with the cure, never a byte of its content. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}
