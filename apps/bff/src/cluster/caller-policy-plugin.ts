import { AppError } from '../errors.ts'
import { getConfig } from '../minio/config.ts'
import { readInfo } from '../minio/info.ts'
import type { Minio } from '../minio/transport.ts'
import type { Caller } from '../session/caller.ts'
import type { CallerPolicy } from './caller-policy.ts'
import type { LastTold } from './last-told.ts'

/** `MINIO_IAM_OPA_URL` and `MINIO_POLICY_OPA_URL` are what it was called before; MinIO still follows them. */
const VARIABLE = /^MINIO_(?:POLICY_PLUGIN|POLICY_OPA|IAM_OPA)_URL$/

export interface PluginLook {
  readonly minio: Minio
  /** What MinIO told last counts while it waits for KES; without it nothing does. */
  readonly lastTold?: LastTold | undefined
}

/**
 * Why it can't be excluded that MinIO asks an authorisation plugin, as the end of a sentence; null where it is excluded.
 * With a plugin no policy counts, and MinIO tells everybody that of an administrator. So whoever is told another has no
 * plugin; an administrator can look at the settings and at the variables of the nodes. Both are those MinIO runs with: a
 * setting stored since its start is not among them. Tried.
 */
export async function pluginDoubt(
  { minio, lastTold }: PluginLook,
  caller: Caller,
  policy: CallerPolicy,
): Promise<string | null> {
  if (!policy.mayHidePlugin) return null
  const [settings, variables] = await Promise.all([inSettings(minio, caller), inVariables({ minio, lastTold }, caller)])
  return settings ?? variables
}

async function inSettings(minio: Minio, { credentials }: Caller): Promise<string | null> {
  try {
    const found = await Promise.all(
      ['policy_plugin', 'policy_opa'].map(async (name) => {
        const settings = await getConfig(minio, credentials, name)
        return settings.get('url') ? name : null
      }),
    )
    const name = found.find((one) => one !== null)
    return name === undefined ? null : `MinIO asks an authorisation plugin (its setting ${name})`
  } catch (error) {
    return unseen(error, 'MinIO’s settings', 'admin:ConfigUpdate')
  }
}

async function inVariables({ minio, lastTold }: PluginLook, { credentials }: Caller): Promise<string | null> {
  try {
    const info = lastTold ? (await lastTold.info(minio, credentials)).answer : await readInfo(minio, credentials)
    const told = info.nodes.map(({ env }) => env).filter((env) => env !== null)
    if (told.length === 0) return 'no node of MinIO told its variables, so an authorisation plugin can’t be excluded'
    return pluginIn(told)
  } catch (error) {
    return unseen(error, 'the variables of MinIO’s nodes', 'admin:ServerInfo')
  }
}

/** The plugin that the variables of a node name; null for none. */
export function pluginIn(nodes: readonly Readonly<Record<string, string>>[]): string | null {
  const name = nodes.flatMap((env) => Object.keys(env).filter((key) => VARIABLE.test(key) && env[key] !== ''))[0]
  return name === undefined ? null : `MinIO asks an authorisation plugin (${name})`
}

function unseen(error: unknown, what: string, action: string): string {
  if (!(error instanceof AppError)) throw error
  if (error.code === 'not-allowed')
    return `an authorisation plugin can’t be excluded: you lack ${action}, which shows ${what}`
  if (error.code === 'upstream-failed') return `an authorisation plugin can’t be excluded: MinIO did not tell ${what}`
  throw error
}
