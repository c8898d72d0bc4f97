import { readFileSync } from 'node:fs'
import { CommandError } from './command.ts'

/** A file that age has sealed, as it lies there. @throws CommandError */
export function readSealed(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new CommandError(`${path} can't be read (${code}): correct the path.`, { cause })
  }
}
