import type { KesStatus } from '@strongroom/shared/kms'

/** The last answer of each endpoint since the page was loaded. */
const answers = new Map<string, KesStatus>()

/** This status; of an endpoint that is silent, the last one in which it answered, where there was one. */
export function lastTold(status: KesStatus): KesStatus {
  if (!status.reachable) return answers.get(status.url) ?? status
  answers.set(status.url, status)
  return status
}
