/** As the console asks for it. */
const LEAST = 12

/** What keeps a passphrase that was typed twice from being used, and at which of the two fields; null: nothing. */
export function passphraseTrouble(first: string, second: string): { first?: string; second?: string } | null {
  if (first.length < LEAST) return { first: `Use ${LEAST} characters or more` }
  return first === second ? null : { second: 'The two differ; type it again' }
}
