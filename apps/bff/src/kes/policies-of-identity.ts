import { type KesRules, kesPath } from '@strongroom/shared/kes-policy'
import { KES_NAME } from '@strongroom/shared/kes-policy-reach'
import type * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { KesAnswer } from './answer.ts'
import { DescribedIdentity, ReadPolicy, rulesIn } from './policies-replies.ts'
import type { Kes } from './transport.ts'

export type RulesOf = 'admin' | 'none' | { readonly policy: string; readonly rules: KesRules }

/**
 * What KES holds an identity to now: `GET /v1/identity/describe/<id>`, then `/v1/policy/read/<name>`.
 *
 * @returns `none`: KES knows no policy for it, and refuses all that it asks for
 * @throws AppError `not-allowed` when KES does not let the console ask, `upstream-failed`, `upstream-unreachable`
 */
export async function readRulesOf(kes: Kes, identity: string): Promise<RulesOf> {
  if (!KES_NAME.test(identity)) return 'none'
  const path = kesPath('identity-describe', identity)
  const described = await known(kes.call({ method: 'GET', path, act: 'describe identities' }))
  if (described === null) return 'none'
  const { admin, policy } = read(DescribedIdentity, described)
  if (admin) return 'admin'
  if (!policy) return 'none'
  const reply = await known(kes.call({ method: 'GET', path: kesPath('policy-read', policy), act: 'read policies' }))
  return reply === null ? 'none' : { policy, rules: rulesIn(read(ReadPolicy, reply)) }
}

/** Null: KES says that there is no such identity or policy. */
async function known(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply
  } catch (error) {
    if (isUnknownToKes(error)) return null
    throw error
  }
}

/** KES has it no more, or never had. */
export const isUnknownToKes = (error: unknown): boolean =>
  error instanceof AppError &&
  error.cause instanceof KesAnswer &&
  error.cause.status === 404 &&
  /^(policy|identity) does not exist$/.test(error.cause.said)

function read<Shape extends z.ZodMiniType>(shape: Shape, reply: unknown): z.output<Shape> {
  const { success, data } = shape.safeParse(reply)
  if (success) return data
  throw new AppError('upstream-failed', 'What answers as KES does not speak as KES does: check the endpoint.')
}
