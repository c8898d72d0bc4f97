import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Activity } from '@strongroom/shared/activity'
import { AppError } from '../errors.ts'
import { appendLine, linesBackwards, linesFrom } from './trail-file.ts'

/** What is known before an act. */
export type Intent = Pick<Activity, 'act' | 'target' | 'account' | 'requestId'>

interface Page {
  readonly target?: string | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** One file a month. */
const FILE = /^(\d{4}-\d{2})\.jsonl$/
const CURSOR = /^(\d{4}-\d{2})\.(\d{1,15})$/
/** A line holds words for people, not a document. */
const DETAIL_LENGTH = 1000
/** So much is looked through for one page; a filter that meets little gets a short page and goes on from there. */
const SCAN_BYTES = 4 * 1024 * 1024
/** So far after its beginning the end of an act is looked for: some thousand acts. */
const AHEAD_BYTES = 512 * 1024

/**
 * Who did what to the key service through this console: KES itself records no decryption and no refusal, and knows the
 * console alone. JSON lines in a folder that only grows; each act is a line `begun` and, with the same id, a line `done`
 * or `failed`.
 */
export class Trail {
  readonly #folder: string
  readonly #onTrouble: (cause: unknown) => void
  /** Lines of this process are written one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param onTrouble told when the end of an act could not be written: it stays `begun` */
  constructor(folder: string, onTrouble: (cause: unknown) => void = () => undefined) {
    this.#folder = folder
    this.#onTrouble = onTrouble
  }

  /**
   * Runs `act` once the line that it begins is on the disk, and writes how it ended.
   *
   * @param tell what to note of a success: never material, never a secret
   * @throws AppError `unsafe-now` when the line can't be written: `act` has not run. What `act` throws.
   */
  async recorded<T>(intent: Intent, act: () => Promise<T>, tell?: (done: T) => string): Promise<T> {
    const { act: kind, target, account, requestId } = intent
    const entry = { id: randomUUID(), account, act: kind, target, requestId }
    await this.#write({ ...entry, outcome: 'begun', detail: '' }).catch((cause: unknown) => {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
      throw new AppError(
        'unsafe-now',
        `The audit trail can't be written (${code}), so nothing was done. Let the console's user own ${this.#folder}, with room on its disk, and try again.`,
        { cause },
      )
    })
    try {
      const done = await act()
      await this.#end({ ...entry, outcome: 'done', detail: tell?.(done) ?? '' })
      return done
    } catch (error) {
      await this.#end({ ...entry, outcome: 'failed', detail: wordsOf(error) })
      throw error
    }
  }

  /** Newest first; an act is listed by its end, or as `begun` while that is not known. */
  async list({ target, after, limit }: Page): Promise<{ activity: Activity[]; next?: string }> {
    const from = after === undefined ? null : positionOf(after)
    const months = (await this.#months()).filter((month) => from === null || month <= from.month)
    const ended = from === null ? new Set<string>() : await this.#endedAfter(from)
    const activity: Activity[] = []
    let scanned = 0
    for (const month of months) {
      const before = month === from?.month ? from.at : undefined
      for await (const { at, text } of linesBackwards(this.#path(month), before)) {
        scanned += text.length
        const entry = parsed(text)
        const fits = entry !== null && (target === undefined || entry.target === target)
        if (fits && !ended.has(entry.id)) activity.push(entry)
        if (entry !== null) ended.add(entry.id)
        if (activity.length >= limit || scanned >= SCAN_BYTES) return { activity, next: `${month}.${at}` }
      }
    }
    return { activity }
  }

  /** The ids that lines after a position speak of: what they began there has been listed on a page before. */
  async #endedAfter({ month, at }: Position): Promise<Set<string>> {
    const lines = await linesFrom(this.#path(month), at, AHEAD_BYTES)
    const later = (await this.#months()).filter((each) => each > month).at(-1)
    if (later !== undefined) lines.push(...(await linesFrom(this.#path(later), 0, AHEAD_BYTES)))
    return new Set(lines.flatMap((line) => parsed(line)?.id ?? []))
  }

  /** Newest first. */
  async #months(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const found = names.map((name) => FILE.exec(name)?.[1]).filter((month) => month !== undefined)
    return found.sort().reverse()
  }

  async #end(entry: Omit<Activity, 'at'>) {
    await this.#write(entry).catch(this.#onTrouble)
  }

  #write(entry: Omit<Activity, 'at'>): Promise<void> {
    const written = this.#last.then(() => {
      const at = new Date().toISOString()
      const line: Activity = { ...entry, at, detail: entry.detail.slice(0, DETAIL_LENGTH) }
      return appendLine(this.#path(at.slice(0, 7)), JSON.stringify(line))
    })
    this.#last = written.catch(() => undefined)
    return written
  }

  #path = (month: string) => join(this.#folder, `${month}.jsonl`)
}

interface Position {
  readonly month: string
  readonly at: number
}

function positionOf(after: string): Position {
  const [, month, at] = CURSOR.exec(after) ?? []
  if (month !== undefined && at !== undefined) return { month, at: Number(at) }
  throw new AppError('invalid-input', 'Check the marked fields.', {
    fields: [{ pointer: '/after', detail: 'This is no place in the audit trail: take it from the page before' }],
  })
}

/** Null: half a line, or somebody else's. */
function parsed(line: string): Activity | null {
  try {
    return Activity.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** Under whom KES was called: it knows no other name for the console. */
export const underIdentity = (door: { readonly identity: string | null } | null) =>
  door === null || door.identity === null ? '' : `, under the identity ${door.identity}`

/** What an AppError says is written for people; anything else may hold what it should not. */
const wordsOf = (error: unknown) => (error instanceof AppError ? error.detail : 'The console failed; see its log.')
