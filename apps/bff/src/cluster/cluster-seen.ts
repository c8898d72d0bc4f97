import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../whole-file.ts'

const DEPLOYMENT_ID = /^[\w-]{1,64}$/

/**
 * Which cluster answers at the address of MinIO, by the deployment id that MinIO or its drives told last: what was read from the drives of
 * another one that had this address says nothing of this one. Kept over restarts, since nobody may have signed in since.
 */
export class ClusterSeen {
  readonly #endpoint: string
  readonly #file: string
  #deploymentId: string | null = null
  #written: Promise<unknown> = Promise.resolve()

  /** @param endpoint of MinIO */
  constructor(stateDir: string, endpoint: string) {
    this.#endpoint = endpoint
    this.#file = join(stateDir, 'clusters', hashOf(endpoint))
  }

  /** While nothing was told here: reads what a former process was, or another console that shares the folder. */
  async load(): Promise<void> {
    if (this.#deploymentId !== null) return
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    if (this.#deploymentId === null && DEPLOYMENT_ID.test(text.trim())) this.#deploymentId = text.trim()
  }

  /** @param deploymentId as MinIO or its drives told it; null takes back nothing */
  note(deploymentId: string | null) {
    if (deploymentId === null || deploymentId === this.#deploymentId || !DEPLOYMENT_ID.test(deploymentId)) return
    this.#deploymentId = deploymentId
    const write = () => writeWhole(this.#file, deploymentId).catch(() => undefined)
    this.#written = this.#written.then(write)
  }

  /** A name for the cluster in the state folder. While nobody was told its deployment id, its address alone tells. */
  get id(): string {
    return hashOf(`${this.#endpoint}\n${this.#deploymentId ?? ''}`)
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
