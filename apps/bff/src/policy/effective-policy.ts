import type { Policy } from './document.ts'
import { both, evaluate, type Question, type Verdict } from './evaluate.ts'
import type { SessionPolicy } from './session-policy.ts'

/** What somebody's credentials may do: what the account may, as far as the session policy lets it. */
export interface EffectivePolicy {
  /** `all`: the root user, to whom no policy applies. Null: MinIO did not tell it. */
  readonly parent: Policy | 'all' | null
  readonly session: SessionPolicy
}

/** What MinIO would answer to these credentials. */
export function decide({ parent, session }: EffectivePolicy, question: Question): Verdict {
  return both(byParent(parent, question), bySession(session, question))
}

function byParent(parent: EffectivePolicy['parent'], question: Question): Verdict {
  if (parent === 'all') return 'allow'
  return parent === null ? 'cannot-tell' : evaluate(parent, question)
}

function bySession(session: SessionPolicy, question: Question): Verdict {
  if (session === 'none') return 'allow'
  return session === 'unreadable' ? 'deny' : evaluate(session, question)
}
