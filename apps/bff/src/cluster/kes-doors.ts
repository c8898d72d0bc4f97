import type { ConsoleIdentity } from '@strongroom/shared/kms'
import type { Logger } from 'pino'
import type { KesSettings } from '../config/kes-settings.ts'
import { AppError } from '../errors.ts'
import { impatient } from '../kes/away.ts'
import { certificateState } from '../kes/certificate.ts'
import { type KesIdentity, KesIdentityError } from '../kes/identity.ts'
import { type KesIdentityFiles, readIdentity, readPublicIdentity, WatchedIdentity } from '../kes/identity-files.ts'
import { connectKes, type Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'

const TIMEOUT_MS = 5_000

interface DoorOptions {
  readonly endpoints: readonly URL[]
  /** PEM, read each time; null trusts what Node trusts. */
  readonly ca: string | null
}

/** A door to KES under one identity, whose files are read again when they change. @throws KesIdentityError */
export const openDoor = ({ identity, ...where }: DoorOptions & { readonly identity: KesIdentityFiles }): Kes =>
  connect(where, new WatchedIdentity(identity))

const connect = (where: DoorOptions, watched: WatchedIdentity): Kes =>
  impatient(
    connectKes({
      urls: where.endpoints,
      identity: () => watched.current(),
      timeoutMs: TIMEOUT_MS,
      ca: () => where.ca,
    }),
  )

interface Door {
  readonly watched: WatchedIdentity
  readonly kes: Kes
}

type OpenRole = 'observe' | 'prove' | 'import'
const OPEN_ROLES: readonly OpenRole[] = ['observe', 'prove', 'import']

/**
 * The console's doors to KES, one for each identity it was given. Nothing stands in for the one that deletes, and it is
 * not held: it is opened for one act.
 */
export class KesDoors {
  readonly #settings: KesSettings | null
  readonly #log: Logger
  readonly #minioFiles: () => KesIdentityFiles | null
  readonly #doors = new Map<OpenRole, Door>()

  /**
   * @param minioFiles where MinIO's own identity lies now: a move to KES writes it while the console runs
   * @throws KesIdentityError
   */
  constructor(settings: KesSettings | null, log: Logger, minioFiles: () => KesIdentityFiles | null = () => null) {
    this.#settings = settings
    this.#log = log
    this.#minioFiles = minioFiles
    if (settings === null) return
    const { credentials: observe, identities } = settings
    const files = { observe, prove: identities.prove, import: identities.import }
    for (const role of OPEN_ROLES) {
      const identity = files[role]
      if (identity === null) continue
      const watched = new WatchedIdentity(identity, ({ identity, unusable }) => {
        if (unusable) log.warn({ role, identity, err: unusable }, 'changed files of a KES identity can’t be used')
        else log.info({ role, identity }, 'KES identity read again')
      })
      this.#doors.set(role, { watched, kes: connect(settings, watched) })
    }
  }

  /** Null: no KES is configured. */
  get observe(): Kes | null {
    return this.#doors.get('observe')?.kes ?? null
  }

  /** The private key of the identity that observes, as it is now: of all that the console has it lies outside the state folder. */
  get observingKey(): Secret<string> | null {
    return this.#doors.get('observe')?.watched.current().key ?? null
  }

  /** Under its own identity, else under the one that observes. */
  of(role: 'prove' | 'import'): Kes | null {
    return this.#doors.get(role)?.kes ?? this.observe
  }

  /**
   * Opened for one act: the caller closes it. Null without an identity for it.
   *
   * @throws AppError `kes-not-configured` when its files can't be used, `unsafe-now` when it is the identity of another role
   */
  async openForDeletion(): Promise<Kes | null> {
    const files = this.#settings?.identities.delete ?? null
    if (this.#settings === null || files === null) return null
    const { endpoints, ca } = this.#settings
    try {
      const identity = readIdentity(files)
      this.#requireOwn(identity)
      return connectKes({ urls: endpoints, identity, timeoutMs: TIMEOUT_MS, ...(ca !== null && { ca }) })
    } catch (error) {
      if (!(error instanceof KesIdentityError)) throw error
      this.#log.warn({ err: error }, 'the KES identity for deletion can’t be used')
      throw new AppError('kes-not-configured', error.message, { cause: error })
    }
  }

  /** Whoever shows it may delete, so nobody shows it for anything else. */
  #requireOwn({ id }: KesIdentity) {
    const role = [...this.#doors].find(([, { watched }]) => watched.current().id === id)?.[0]
    if (role === undefined && this.minioIdentity() !== id) return
    throw new AppError(
      'unsafe-now',
      `The KES identity for deletion is also ${role === undefined ? 'MinIO’s' : `the console’s for “${role}”`}, so whoever holds that one could delete keys too. Give deletion an identity of its own; nothing was deleted.`,
    )
  }

  /** Each identity the console was given, as it is now. What KES says of it is not asked here. */
  identities(): ConsoleIdentity[] {
    const open = [...this.#doors].map(([role, { watched }]) => ({
      role,
      ...describe(watched.current()),
      warning: watched.warning,
      loadedAt: watched.loadedAt.toISOString(),
    }))
    const forDeletion = this.#settings?.identities.delete ?? null
    return tellShared(forDeletion === null ? open : [...open, describeUnopened(forDeletion)])
  }

  /** Of MinIO itself, hex; null where its certificate can't be read here. */
  minioIdentity(): string | null {
    const files = this.#minioFiles()
    if (files === null) return null
    try {
      return readPublicIdentity(files)
    } catch (error) {
      if (error instanceof KesIdentityError) return null
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#doors.values()].map(({ kes }) => kes.close()))
  }
}

const describe = ({ id, kind, leaf, keyForm }: KesIdentity) => ({
  identity: id,
  kind,
  certificate: kind === 'certificate' ? certificateState(leaf) : null,
  keyForm,
  policy: null,
  excess: [],
})

/** Read for this description alone, and dropped. */
function describeUnopened(files: KesIdentityFiles): ConsoleIdentity {
  const role = 'delete'
  try {
    const identity = readIdentity(files)
    return { role, ...describe(identity), warning: identity.warning, loadedAt: null }
  } catch (error) {
    if (!(error instanceof KesIdentityError)) throw error
    const unusable = { identity: null, certificate: null, keyForm: null, policy: null, excess: [], loadedAt: null }
    return { role, kind: files.kind, ...unusable, warning: error.message }
  }
}

/** Two roles under one identity are one role to KES. */
const tellShared = (identities: readonly ConsoleIdentity[]): ConsoleIdentity[] =>
  identities.map((own, i) => {
    const other = identities.slice(0, i).find(({ identity }) => identity !== null && identity === own.identity)
    if (!other) return own
    const shared = `This is the same identity as ${other.role}, so KES lets both do the same.`
    return { ...own, warning: own.warning === null ? shared : `${shared} ${own.warning}` }
  })
