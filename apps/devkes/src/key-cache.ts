import type { CacheSettings } from './config.ts'
import type { FileKeystore } from './file-keystore.ts'
import { encodeKeyFile, type Key, parseKeyFile } from './key-file.ts'

const POLL_MS = 10_000
/** KES takes this when `unused` is absent, whatever `any` says, and then never looks at use. */
const FORCED_EXPIRY_MS = 30_000
const DEFAULT_EXPIRY_MS = 5 * 60_000

type Entry = { key: Promise<Key>; used: boolean }

/** The keystore behind a cache of parsed keys. Expiry is by common ticks, not by the age of an entry, as in KES. */
export class KeyCache implements Disposable {
  readonly #store: FileKeystore
  readonly #entries = new Map<string, Entry>()
  readonly #timers: NodeJS.Timeout[] = []
  #offline = false

  constructor(store: FileKeystore, { any, unused, offline }: CacheSettings) {
    this.#store = store
    const rests = () => this.#offline && offline > 0
    this.#every(unused === 0 ? FORCED_EXPIRY_MS : any || DEFAULT_EXPIRY_MS, () => rests() || this.#entries.clear())
    this.#every(unused / 2, () => rests() || this.#dropUnused())
    this.#every(offline, () => rests() && this.#entries.clear())
    this.#every(POLL_MS, () =>
      store.ping().then(
        () => (this.#offline = false),
        () => (this.#offline = true),
      ),
    )
  }

  /** Round trip to the keystore in milliseconds. Rejects while the keystore is out of reach, as far as the last poll knows. */
  async ping(): Promise<number> {
    if (this.#offline) throw new Error('keystore is offline')
    const start = performance.now()
    await this.#store.ping()
    return performance.now() - start
  }

  create(name: string, key: Key & { hmacSecret: Buffer }): Promise<void> {
    return this.#store.create(name, encodeKeyFile(key))
  }

  async remove(name: string): Promise<void> {
    await this.#store.remove(name)
    this.#entries.delete(name)
  }

  /** Requests that come at the same time share one read. A failure is not kept. */
  get(name: string): Promise<Key> {
    const cached = this.#entries.get(name)
    if (cached) {
      cached.used = true
      return cached.key
    }
    const key = this.#store.read(name).then(parseKeyFile)
    this.#entries.set(name, { key, used: true })
    key.catch(() => {
      if (this.#entries.get(name)?.key === key) this.#entries.delete(name)
    })
    return key
  }

  list(prefix: string) {
    return this.#store.list(prefix)
  }

  [Symbol.dispose]() {
    for (const timer of this.#timers) clearInterval(timer)
    this.#entries.clear()
  }

  #dropUnused() {
    for (const [name, entry] of this.#entries) {
      if (!entry.used) this.#entries.delete(name)
      entry.used = false
    }
  }

  #every(intervalMs: number, act: () => unknown) {
    if (intervalMs > 0) this.#timers.push(setInterval(act, intervalMs).unref())
  }
}
