// Finds the servers and tools. Plain JavaScript: it runs before node_modules exists.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/** Where `go install` puts the servers; a reset of the demo leaves it alone. */
export const builtDir = join(root, '.sandbox', 'bin')

/** What each tool is called, and what its `--version` says: Debian's `mc`, for one, is a file manager. */
const tools = {
  minio: { variable: 'MINIO_BIN', names: ['minio'], says: /^(minio|kypello) version/im },
  mc: { variable: 'MC_BIN', names: ['mc', 'mcli', 'minio-mc'], says: /MinIO|Kypello/i },
  kes: { variable: 'KES_BIN', names: ['kes'], says: /^Version\s/m },
  chromium: {
    variable: 'CHROMIUM_BIN',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    says: /Chrom/i,
  },
  go: { variable: 'GO_BIN', names: ['go'], asks: ['version'], says: /^go version/m },
}

/**
 * The variable first, then the PATH, then what this repository built. `undefined` when there is none.
 * Throws one sentence when the variable names something that is not the tool: falling back would hide the mistake.
 */
export function findBinary(name, env = process.env) {
  const { variable, names } = tools[name]
  const named = env[variable]
  if (named) {
    if (answers(name, named)) return named
    throw new Error(
      `${variable} does not name a working ${name}. Correct it, or unset it to have ${name} found by itself.`,
    )
  }
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), builtDir]
  const candidates = folders.flatMap((folder) => names.map((file) => join(folder, file)))
  return candidates.find((file) => executable(file) && answers(name, file))
}

/** What `--version` prints; empty when it can't be run. */
export function versionText(file, asks = ['--version']) {
  const { stdout } = spawnSync(file, asks, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] })
  return stdout ?? ''
}

const answers = (name, file) => tools[name].says.test(versionText(file, tools[name].asks))

function executable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
