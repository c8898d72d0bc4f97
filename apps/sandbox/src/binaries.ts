import { findBinary, versionText } from '../bin/binaries.mjs'

export { builtDir, root } from '../bin/binaries.mjs'

/** MinIO's server: `MINIO_BIN`, the PATH, then what this repository built. @throws Error saying how to get one */
export const findMinio = () => required('minio', 'MINIO_BIN')

/** MinIO's client (Debian's `mc` is another program). @throws Error saying how to get one */
export const findMc = () => required('mc', 'MC_BIN')

/** The real KES, where there is one: `KES_BIN`, then the PATH. */
export const findKes = () => findBinary('kes')

/** `DEVELOPMENT.GOGET`, `RELEASE.…`: the server's own word for its version. */
export const minioVersion = (binary: string) => /version (\S+)/.exec(versionText(binary))?.[1] ?? 'unknown'

function required(name: 'minio' | 'mc', variable: string): string {
  const found = findBinary(name)
  if (found !== undefined) return found
  throw new Error(`${name} was not found. Run "npm run demo" once, which builds it, or name one with ${variable}.`)
}
