/** Bytes that are not in the format they should be in: cut short, foreign, or of a version not known here. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
}

/** Sealed bytes that do not open. One message for short, altered and wrongly keyed bytes: which it was is nobody's business. */
export class ForgeryError extends Error {
  override readonly name = 'ForgeryError'

  constructor() {
    super('not authentic')
  }
}
