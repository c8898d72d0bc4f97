import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LISTING = { maxBuffer: 1 << 30, encoding: 'utf8' as const }

/**
 * Unpacks an archive of drives into the existing folder `dir`.
 * @throws Error when a name could lead out of `dir` (absolute, `..`, any link or device), or when tar can't read it
 * @returns the name of its one folder
 */
export async function unpackArchive(archive: string, dir: string): Promise<string> {
  const names = (await tar(archive, ['-tf', archive])).split('\n').filter(Boolean)
  const modes = (await tar(archive, ['-tvf', archive])).split('\n').filter(Boolean)
  const root = onlyFolder(archive, names)
  if (modes.some((line) => !/^[-d]/.test(line))) {
    throw refused(archive, 'it holds links or devices, and drives hold files and folders alone')
  }
  await tar(archive, ['-xf', archive, '-C', dir, '--no-same-owner'])
  return root
}

/** The folder that every name lies in. */
export function onlyFolder(archive: string, names: readonly string[]): string {
  const parts = names.map((name) => name.replace(/^(\.\/)+/, '').split('/'))
  if (names.some((name) => name.startsWith('/')) || parts.some((path) => path.includes('..'))) {
    throw refused(archive, 'it has names that lead out of the folder it is unpacked in')
  }
  const roots = new Set(parts.map(([first]) => first ?? '').filter((first) => first !== '' && first !== '.'))
  const [root] = roots
  if (root === undefined || roots.size > 1 || parts.some((path) => path.length < 2 && path[0] === root)) {
    throw refused(archive, 'it must have one folder at its root, and in it the drives: drive1, or d1 … dN')
  }
  return root
}

async function tar(archive: string, args: string[]): Promise<string> {
  try {
    return (await run('tar', args, LISTING)).stdout
  } catch (cause) {
    throw new Error(`The archive ${archive} can't be read by tar. Give a .tar or .tar.gz of drive folders.`, { cause })
  }
}

const refused = (archive: string, why: string) => new Error(`The archive ${archive} is refused: ${why}.`)
