const secretOf = (form: HTMLFormElement) => form.elements.namedItem('secretKey') as HTMLInputElement
const ownAsked = (form: HTMLFormElement) => new FormData(form).get('runAs') === 'own'

/** Credentials of its own were chosen, and the secret key for them is not typed: the focus goes there. */
export function lacksSecret(form: HTMLFormElement): boolean {
  const lacks = ownAsked(form) && secretOf(form).value === ''
  if (lacks) secretOf(form).focus()
  return lacks
}

/** What a form around `RunAs` says, for the call that starts the job: read when it is sent, and kept nowhere. */
export const runAsOf = (form: HTMLFormElement) =>
  ownAsked(form)
    ? { secretKey: secretOf(form).value, durationSeconds: Number(new FormData(form).get('durationSeconds')) }
    : {}

export function wipeSecret(form: HTMLFormElement | null) {
  if (form) secretOf(form).value = ''
}
