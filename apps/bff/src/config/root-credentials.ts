import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Secret } from '../secret.ts'
import type { Variables } from './minio-env.ts'

export interface RootCredentials {
  readonly user: string
  readonly password: Secret<string>
}

/** What MinIO takes as its root user from this env file, `_FILE` twins and the names of former releases included. */
export function readRootCredentials(variables: Variables): RootCredentials | null {
  const user = valueFrom(variables, 'MINIO_ROOT_USER') ?? valueFrom(variables, 'MINIO_ACCESS_KEY')
  const password = valueFrom(variables, 'MINIO_ROOT_PASSWORD') ?? valueFrom(variables, 'MINIO_SECRET_KEY')
  return user && password ? { user, password: new Secret(password) } : null
}

/** MinIO prefers the file, and ignores one that is relative or missing. One this host lacks is no reason to refuse the start. */
function valueFrom(variables: Variables, name: string): string | undefined {
  const path = variables.get(`${name}_FILE`)
  if (path && isAbsolute(path) && existsSync(path)) {
    try {
      return readFileSync(path, 'utf8').trim() || undefined
    } catch {
      return undefined
    }
  }
  return variables.get(name) || undefined
}
