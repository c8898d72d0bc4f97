import type { KesAct } from '@strongroom/shared/kes-access'
import { kesPath } from '@strongroom/shared/kes-policy'
import type * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { saidKes } from './answer.ts'
import { isUnknownToKes } from './policies-of-identity.ts'
import type { Kes } from './transport.ts'

type Question = Extract<KesAct, 'policy-list' | 'policy-read' | 'identity-list' | 'identity-describe'>

/** `act` completes "may not …". */
const QUESTIONS: Readonly<Record<Question, { act: string; what: string }>> = {
  'policy-list': { act: 'list policies', what: 'Which policies there are' },
  'policy-read': { act: 'read policies', what: 'What some policies say' },
  'identity-list': { act: 'list identities', what: 'Which identities there are' },
  'identity-describe': { act: 'describe identities', what: 'Which policy some identities have' },
}

/** Asks one endpoint, until its time is up, and notes what it refused. */
export class PolicyReading {
  readonly #kes: Kes
  readonly #url: URL
  readonly #until: number
  readonly #refused = new Set<Question>()
  #late = 0
  #changed = false

  constructor(kes: Kes, url: URL, until: number) {
    this.#kes = kes
    this.#url = url
    this.#until = until
  }

  /** Null: refused, gone in the meantime, or too late to ask. @throws AppError when KES does not answer as it should */
  async ask<Shape extends z.ZodMiniType>(question: Question, name: string, shape: Shape) {
    if (performance.now() > this.#until) {
      this.#late++
      return null
    }
    const { act } = QUESTIONS[question]
    let reply: unknown
    try {
      reply = await this.#kes.ask(this.#url, { method: 'GET', path: kesPath(question, name), act })
    } catch (error) {
      if (saidKes(error, 'notAllowed')) {
        this.#refused.add(question)
        return null
      }
      if (!isUnknownToKes(error)) throw error
      this.#changed = true
      return null
    }
    const { success, data } = shape.safeParse(reply)
    if (success) return data as z.output<Shape>
    const host = this.#url.host
    throw new AppError('upstream-failed', `What answers at ${host} does not speak as KES does: check the endpoint.`)
  }

  unknown(): string[] {
    const refused = Object.entries(QUESTIONS)
      .filter(([question]) => this.#refused.has(question as Question))
      .map(
        ([question, { what }]) =>
          `${what}: KES refused. Allow ${kesPath(question as Question, '*')} for the console's identity ${this.#kes.identity} in its policy.`,
      )
    return [
      ...refused,
      ...(this.#late > 0
        ? [`${this.#late} policies or identities: KES took too long for all of them. Try again later.`]
        : []),
      ...(this.#changed ? ['Some policies: KES was reloaded while they were read. Read them again.'] : []),
    ]
  }
}
