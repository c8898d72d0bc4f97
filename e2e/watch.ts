import type { BrowserContext, CDPSession, ConsoleMessage, Page, Response } from '@playwright/test'
import { leaksIn } from './secrets.ts'

const SETTLE_MS = 3_000

/** Before the sign-in nobody is signed in, and before the first audit there is none: the browser notes both as errors. */
const everyday = [/\/session:.* 401 /, /\/iam\/audits\/latest:.* 404 /]

/** All that the pages of a context say to the developer's console, and all that they receive. */
export class Watch {
  readonly troubles: string[] = []
  /** What came to the browser: bodies of responses, and the events of streams. */
  readonly received: { readonly from: string; readonly text: string }[] = []
  readonly #expected: RegExp[] = [...everyday]
  readonly #pending: Promise<void>[] = []
  readonly #streams: CDPSession[] = []

  constructor(context: BrowserContext) {
    context.on('console', (message) => this.#heard(message))
    context.on('weberror', (error) => this.troubles.push(`page error: ${error.error().stack ?? error.error().message}`))
    context.on('response', (response) => this.#pending.push(this.#keep(response)))
    context.on('page', (page) => this.#pending.push(this.#followStreams(context, page)))
  }

  /** A test that provokes failures names them: `/\/kms:.* 502 /`. */
  expect(...troubles: readonly RegExp[]) {
    this.#expected.push(...troubles)
  }

  unexpected() {
    return this.troubles.filter((trouble) => !this.#expected.some((pattern) => pattern.test(trouble)))
  }

  /** Where secrets were received, named by address and by the place of the secret in the list. */
  leaks() {
    return this.received.flatMap(({ from, text }) =>
      [...leaksIn(from), ...leaksIn(text)].map((index) => `secret ${index} in ${from}`),
    )
  }

  /** Waits for the bodies that are still on their way; a stream that stays open is not waited for. */
  async settle() {
    const late = new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    await Promise.race([Promise.allSettled(this.#pending), late])
    await Promise.allSettled(this.#streams.map((stream) => stream.detach()))
  }

  #heard(message: ConsoleMessage) {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const where = message.location().url.replace(/\?.*$/, '')
    this.troubles.push(`${where}: ${message.text()} `)
  }

  async #keep(response: Response) {
    const type = response.headers()['content-type'] ?? ''
    if (type.startsWith('text/event-stream')) return
    const text = await response.text().catch(() => '') // A page that was left takes its bodies along.
    this.received.push({ from: response.url(), text: `${JSON.stringify(response.headers())}\n${text}` })
  }

  /** Playwright gives no events of a stream; the browser's own protocol does. */
  async #followStreams(context: BrowserContext, page: Page) {
    const stream = await context.newCDPSession(page)
    this.#streams.push(stream)
    stream.on('Network.eventSourceMessageReceived', ({ data }) =>
      this.received.push({ from: `${page.url()} (stream)`, text: data }),
    )
    await stream.send('Network.enable')
  }
}
