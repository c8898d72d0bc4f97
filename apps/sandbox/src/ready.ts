import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.ts'
import { logTail } from './log-tail.ts'

/** PEM texts of a TLS connection: whom to trust, and who we are. */
export interface Trust {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** HTTP status of a GET, or `undefined` when nothing answers. */
export function statusOf(url: string, trust: Trust = {}, timeoutMs = 2_000): Promise<number | undefined> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const call = request(url, { ...trust, agent: false, timeout: timeoutMs }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.once('timeout', () => call.destroy())
    call.once('error', () => resolve(undefined))
    call.end()
  })
}

/**
 * Resolves once `url` answers 200. Rejects when the process ends or `timeoutMs` pass, with the end of its log.
 * The process is stopped before the rejection: nothing half-started stays behind.
 */
export async function untilReady(
  child: Child,
  url: string,
  {
    trust = {},
    timeoutMs = 60_000,
    secrets = [],
  }: { trust?: Trust; timeoutMs?: number; secrets?: readonly string[] } = {},
): Promise<void> {
  const end = Date.now() + timeoutMs
  while (child.running() && Date.now() < end) {
    if ((await statusOf(url, trust)) === 200) return
    await sleep(100)
  }
  const what = child.running() ? `did not get ready within ${timeoutMs / 1000} s` : 'ended while it was starting'
  await child.stop()
  throw new Error(`${child.name} ${what}. The end of its log:\n${logTail(child.logFile, { secrets })}`)
}
