import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IamAudit, IamItem } from '@strongroom/shared/iam'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { AuditResult } from './audit.ts'

const Kept = z.object({ endpoint: z.string(), audit: IamAudit, items: z.array(IamItem) })

/** The latest audit, kept over restarts: paths, kinds, states and key names, never content. */
export class AuditStore {
  readonly #file: string
  readonly #endpoint: string
  #latest: AuditResult | null = null

  /** @param endpoint of MinIO: an audit of another cluster is none of this one */
  constructor(stateDir: string, endpoint: string) {
    this.#endpoint = endpoint
    this.#file = join(stateDir, 'iam-audit.json')
  }

  /** Reads what a former process kept. A file that can't be read counts as none: the drives can be read again. */
  async load() {
    const text = await readFile(this.#file, 'utf8').catch(() => 'null')
    const kept = z.safeParse(Kept, parse(text))
    if (kept.success && kept.data.endpoint === this.#endpoint) this.#latest = kept.data
  }

  async keep(result: AuditResult) {
    this.#latest = result
    await mkdir(join(this.#file, '..'), { recursive: true, mode: 0o700 })
    const fresh = `${this.#file}.${randomUUID()}.new`
    await writeFile(fresh, JSON.stringify({ endpoint: this.#endpoint, ...result }), { mode: 0o600 })
    await rename(fresh, this.#file)
  }

  get latest(): AuditResult | null {
    return this.#latest
  }

  /** @throws AppError `no-audit-yet` */
  require(): AuditResult {
    if (this.#latest === null) throw new AppError('no-audit-yet', 'Read the drives first.')
    return this.#latest
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
