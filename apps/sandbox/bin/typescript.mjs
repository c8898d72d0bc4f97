/** Runs a TypeScript module in this very process, so that a signal to it is a signal to the program. */
export async function load(path) {
  const { register } = await import('tsx/esm/api')
  register()
  return import(new URL(path, import.meta.url).href)
}
