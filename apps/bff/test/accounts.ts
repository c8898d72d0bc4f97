import { meaningOf, settingsIn } from './meaning.ts'
import { canSignIn } from './rights.ts'
import { assumeRole } from './sts.ts'

export interface Account {
  readonly name: string
  readonly secret: string
  readonly enabled: boolean
}

/** The accounts of a family with their secrets, as the opened items of the drives have them. */
export const accountsIn = (plain: ReadonlyMap<string, Buffer>, family: 'users' | 'service-accounts'): Account[] =>
  [...plain].flatMap(([path, bytes]) => {
    const [, name] = new RegExp(`^config/iam/${family}/(.+)/identity\\.json$`).exec(path) ?? []
    if (name === undefined) return []
    const { secretKey: secret, enabled } = meaningOf(path, bytes) as { secretKey: string; enabled: boolean }
    return [{ name, secret, enabled }]
  })

/** Where it is set, MinIO takes no signature for another; its name was another in 2021. */
export const regionIn = (plain: ReadonlyMap<string, Buffer>) =>
  settingsIn(plain.get('config/config.json')!)
    .map((setting) => /^(?:site _ region|region _ name)=(.+)$/.exec(setting)?.[1])
    .find(Boolean) ?? 'us-east-1'

/** What MinIO says to each account that tries to get in with its secret, and with another. */
export async function signIns(endpoint: string, plain: ReadonlyMap<string, Buffer>): Promise<Record<string, string>> {
  const region = regionIn(plain)
  const said: Record<string, string> = {}
  for (const { name, secret } of accountsIn(plain, 'users')) {
    said[`user ${name}`] = await assumeRole(endpoint, { accessKey: name, secretKey: secret }, region)
  }
  for (const { name, secret } of accountsIn(plain, 'service-accounts')) {
    const who = { accessKey: name, secretKey: secret }
    said[`account ${name}`] = await canSignIn(endpoint, who, region)
    said[`account ${name}, wrong secret`] = await canSignIn(endpoint, { ...who, secretKey: `${secret}x` }, region)
  }
  return said
}
