import type { Kes } from './transport.ts'

/** The door to one endpoint alone, under the same identity: what is called there goes nowhere else. Not to be closed. */
export const atEndpoint = (kes: Kes, url: URL): Kes => ({
  urls: [url],
  get identity() {
    return kes.identity
  },
  call: (call) => kes.ask(url, call),
  ask: (at, call) => kes.ask(at, call),
  hear: (at, call) => kes.hear(at, call),
  look: (at, timeoutMs) => kes.look(at, timeoutMs),
  close: async () => undefined,
})
