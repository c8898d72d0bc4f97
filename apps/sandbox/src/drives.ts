import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SYSTEM_VOLUMES = ['.minio.sys', '.kypello.sys']

/** Makes sure that MinIO can serve the folders. @throws Error that says what they are instead */
export function assertServable(drives: readonly string[]) {
  for (const drive of drives) {
    const format = SYSTEM_VOLUMES.map((volume) => join(drive, volume, 'format.json')).find(existsSync)
    if (format === undefined) throw new Error(`${drive} is no drive of MinIO: it lacks .minio.sys/format.json.`)
    if (layoutOf(format) === 'fs') {
      throw new Error(
        `${drive} is in the old FS layout, on which MinIO does not start since 2022. Mirror it to a new drive with a release of that time first.`,
      )
    }
  }
}

function layoutOf(format: string): unknown {
  try {
    return (JSON.parse(readFileSync(format, 'utf8')) as { format?: unknown }).format
  } catch {
    return undefined // Damaged on one drive: MinIO heals it from the others.
  }
}
