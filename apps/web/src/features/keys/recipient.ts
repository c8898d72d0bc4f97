/** What is wrong with the form of an age recipient (X25519); null when nothing is. The console checks its checksum. */
export function recipientTrouble(text: string): string | null {
  const given = text.trim()
  if (isIdentity(given))
    return 'That was an identity, which opens what is sealed, and it was taken out of the field. Type its recipient, age1…'
  if (given === '') return 'Type the recipient for whom the second copy is sealed.'
  return /^age1[02-9ac-hj-np-z]{58}$/.test(given)
    ? null
    : 'A recipient begins with age1 and has 62 characters, as age-keygen prints it.'
}

export const isIdentity = (text: string) => /age-secret-key-/i.test(text)
