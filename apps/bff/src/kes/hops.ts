import { KesHop } from '@strongroom/shared/kms'

/** The key without which MinIO encrypts nothing. */
export interface DefaultKey {
  readonly name: string
  /** MinIO runs on this KES now: a key that is missing is a fault, and no mere work to do. */
  readonly inUse: boolean
}

type HopName = KesHop['hop']

/** The way to a data key, in the order in which it is gone. */
const WAY: readonly HopName[] = KesHop.shape.hop.options

/** What was seen on the way, hop by hop; the rest was not reached. */
export class Way {
  readonly #seen = new Map<HopName, KesHop>()

  holds(hop: HopName, detail: string): void {
    this.#seen.set(hop, { hop, state: 'holds', detail, cure: null })
  }

  breaks(hop: HopName, detail: string, cure: string): void {
    this.#seen.set(hop, { hop, state: 'broken', detail, cure })
  }

  /** It could not be asked. */
  unknown(hop: HopName, detail: string): void {
    this.#seen.set(hop, { hop, state: 'unknown', detail, cure: null })
  }

  /** All hops before this one hold, though nothing more is known of them. */
  reached(hop: HopName): void {
    for (const before of WAY.slice(0, WAY.indexOf(hop))) {
      if (!this.#seen.has(before)) this.holds(before, REACHED[before] ?? '')
    }
  }

  /** Beyond the hop that stops the way nothing counts as reached, whatever was seen of it in passing. */
  hops(): KesHop[] {
    const end = this.#stop() ?? WAY.at(-1)!
    return WAY.map((hop) => {
      const seen = WAY.indexOf(hop) > WAY.indexOf(end) ? undefined : this.#seen.get(hop)
      return seen ?? { hop, state: 'not-reached', detail: 'A hop before it is broken.', cure: null }
    })
  }

  /** The first thing that is wrong, and what to do: what stops the calls comes before a clock that is off. */
  trouble(): string | null {
    const broken = this.#seen.get(this.#stop() ?? 'clock')
    return broken?.state === 'broken' ? `${broken.detail} ${broken.cure}` : null
  }

  /** A clock that is off stops no call. */
  #stop(): HopName | undefined {
    return WAY.find((hop) => hop !== 'clock' && this.#seen.get(hop)?.state === 'broken')
  }
}

const REACHED: Partial<Record<HopName, string>> = {
  address: 'It is found.',
  connection: 'It takes connections.',
  'server-certificate': 'The console trusts its certificate.',
  'client-certificate': 'It takes the console’s certificate.',
}
