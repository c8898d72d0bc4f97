import { run } from '../src/cli/run.ts'

/** The `strongroom` command in this process: its exit code, and all that it said. */
export async function strongroom(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await run(args, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { code, ...said }
}
