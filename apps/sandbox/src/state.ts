import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MARKER = 'strongroom-demo.json'

/** What one start leaves for the next, so that addresses and the env file stay valid. */
export interface Remembered {
  readonly minioPort?: number
  readonly consolePort?: number
  readonly kesEndpoint?: string
  /** SHA-256 of the env file given with `--env`. */
  readonly envDigest?: string
  readonly objectsPut?: boolean
}

/**
 * Makes `dir` the demo's folder.
 * @throws Error when it holds other things: a later reset would delete them
 */
export function openState(dir: string): Remembered {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (!existsSync(join(dir, MARKER))) {
    if (readdirSync(dir).length > 0) throw notOurs(dir)
    remember(dir, {})
  }
  return JSON.parse(readFileSync(join(dir, MARKER), 'utf8')) as Remembered
}

export function remember(dir: string, remembered: Remembered) {
  writeFileSync(join(dir, MARKER), `${JSON.stringify(remembered, null, 2)}\n`)
}

/** Deletes a demo's folder. @throws Error when it is not one */
export function resetState(dir: string) {
  if (!existsSync(dir)) return
  if (!existsSync(join(dir, MARKER)) && readdirSync(dir).length > 0) throw notOurs(dir)
  rmSync(dir, { recursive: true })
}

const notOurs = (dir: string) =>
  new Error(
    `${dir} holds things that are not a demo's, so it is neither used nor deleted. Give --state another folder.`,
  )
