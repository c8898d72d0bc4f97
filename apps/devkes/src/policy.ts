import type { PolicySettings } from './config.ts'
import { badName } from './errors.ts'
import { isName } from './names.ts'

export type Policy = { name: string } & PolicySettings

/** Who may do what: one admin, and policies each with its identities. */
export class Access {
  readonly admin: string
  readonly policies: ReadonlyMap<string, Policy>
  readonly #byIdentity = new Map<string, Policy>()

  /** @throws Error in KES's words for a bad name or an identity in two policies */
  constructor(admin: string, policies: ReadonlyMap<string, PolicySettings>) {
    this.admin = admin
    this.policies = new Map([...policies].map(([name, settings]) => [name, { name, ...settings }]))
    for (const policy of this.policies.values()) this.#assign(policy)
  }

  policyOf(identity: string): Policy | undefined {
    return this.#byIdentity.get(identity)
  }

  /** The admin and all who have a policy, sorted. */
  identities(): string[] {
    return [this.admin, ...this.#byIdentity.keys()].sort()
  }

  #assign(policy: Policy) {
    if (!isName(policy.name)) throw new Error(`kes: ${badName('policy name', policy.name).message}`)
    for (const identity of policy.identities) {
      if (!isName(identity)) throw new Error(`kes: ${badName('identity', identity).message}`)
      if (this.#byIdentity.has(identity)) {
        throw new Error(`kes: cannot assign policy '${policy.name}' to '${identity}': identity already has a policy`)
      }
      this.#byIdentity.set(identity, policy)
    }
  }
}

/** Whether `policy` lets its identities reach `path`, decoded. A deny rule wins; the method plays no part. */
export const allows = ({ allow, deny }: Policy, path: string): boolean =>
  !deny.some((pattern) => matches(pattern, path)) && allow.some((pattern) => matches(pattern, path))

/** The whole path, or a prefix of it when `*` is the last character; elsewhere `*` is literal. */
const matches = (pattern: string, path: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern !== '' && pattern === path
