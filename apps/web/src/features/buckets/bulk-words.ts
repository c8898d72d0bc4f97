/** What new objects are once the default encryption of their bucket is gone; null: auto-encryption could not be asked. */
export function losesWords(autoEncryption: boolean | null) {
  if (autoEncryption)
    return 'auto-encryption of MinIO then seals new objects with the default key, until somebody switches it off.'
  return autoEncryption === false
    ? 'new objects will lie in plaintext, unless the upload asks for encryption.'
    : 'new objects will lie in plaintext, unless MinIO encrypts everything by itself, which could not be asked, or the upload asks for it.'
}
