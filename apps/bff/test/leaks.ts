import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Something secret, and what to call it in a report: a report must not repeat it. */
export interface Needle {
  readonly name: string
  readonly bytes: Buffer
}

/** Something that left the console. */
export interface Straw {
  readonly name: string
  readonly bytes: Buffer
}

/** The forms in which a secret could get out: as it is, and as hex, base64, part of a URL or of JSON. */
export function formsOf(name: string, secret: string | Buffer): Needle[] {
  const bytes = Buffer.from(secret)
  const text = bytes.toString('utf8')
  const forms = {
    itself: bytes,
    hex: bytes.toString('hex'),
    base64: bytes.toString('base64').replace(/=+$/, ''),
    base64url: bytes.toString('base64url'),
    'in a URL': encodeURIComponent(text),
    'in JSON': JSON.stringify(text).slice(1, -1),
  }
  return Object.entries(forms).map(([form, value]) => ({ name: `${name} (${form})`, bytes: Buffer.from(value) }))
}

/** `needle in straw` for each find. */
export const leaksIn = (straws: readonly Straw[], needles: readonly Needle[]): string[] =>
  straws.flatMap((straw) =>
    needles.filter(({ bytes }) => straw.bytes.includes(bytes)).map(({ name }) => `${name} in ${straw.name}`),
  )

/** Every file below `folder`. */
export const filesBelow = (folder: string): Straw[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ name: path.slice(folder.length), bytes: readFileSync(path) }))
