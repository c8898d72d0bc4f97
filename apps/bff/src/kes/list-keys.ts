import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Kes } from './transport.ts'

const Page = z.object({ names: z.array(z.string()), continue_at: z.optional(z.string()) })

/** The characters of key names in KES's order, which is that of bytes. */
const ALPHABET = [...'-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz']
const LONGEST_NAME = 80
/** Listings asked ahead: most sub-prefixes are empty, and waiting for each in turn would be the whole cost. */
const AHEAD = 8
/** Below every character of a name: `after` and this comes right after `after`. */
const LOWEST = '\0'

/**
 * The names of all keys that begin with `prefix`, sorted by bytes. `GET /v1/key/list/<prefix>`.
 *
 * KES ends a listing after 1,024 names, and its `continue_at` can't be sent back: it would be read as a prefix. So what
 * lies beyond is asked for by longer prefixes. Foreign files in a keystore folder whose names are no key names are
 * passed over.
 *
 * @param prefix of letters, digits, `-` and `_`; empty for all keys
 * @param after names up to this one are left out, and what lies before it is not asked for
 */
export async function* listKeys(kes: Kes, prefix: string, after?: string): AsyncGenerator<string> {
  if (!/^[\w-]{0,80}$/.test(prefix)) {
    const fields = [{ pointer: '/prefix', detail: 'Letters, digits, - and _ only' }]
    throw new AppError('invalid-input', 'No key name begins like this.', { fields })
  }
  yield* below(kes, prefix, after === undefined ? '' : after + LOWEST, undefined)
}

/** Names that begin with `prefix` and come at or after `from`. `known` is the listing of `prefix`, when asked already. */
async function* below(
  kes: Kes,
  prefix: string,
  from: string,
  known: Promise<Listing> | undefined,
): AsyncGenerator<string> {
  const listing = await (known ?? list(kes, prefix))
  const { names, rest } = listing
  for (const name of names) if (name >= from && isKeyName(name)) yield name
  if (rest === undefined || prefix.length === LONGEST_NAME) return

  const start = rest > from ? rest : from
  const longer = ALPHABET.map((next) => prefix + next).filter((sub) => sub >= start.slice(0, sub.length))
  const listings: Promise<Listing>[] = []
  for (const [i, sub] of longer.entries()) {
    if (isSame(listing, sub)) {
      // Nothing is asked ahead yet: whoever finds enough below this needs none of the others.
      listings.push(Promise.resolve(listing))
    } else {
      for (const next of longer.slice(listings.length, i + AHEAD)) listings.push(quietly(list(kes, next)))
    }
    yield* below(kes, sub, start, listings[i])
  }
}

/** All names of a listing that was cut, and the one it was cut at, begin with `sub`: then `sub` is cut at the same place. */
const isSame = ({ names, rest }: Listing, sub: string) => names[0]?.startsWith(sub) && rest?.startsWith(sub)

interface Listing {
  readonly names: readonly string[]
  /** The first name that is not in `names`; absent when all are. */
  readonly rest: string | undefined
}

const NOTHING: Listing = { names: [], rest: undefined }

/**
 * One listing. KES refuses a prefix that ends in a dash, so its stem is asked: the dash is the lowest character, so
 * what is wanted comes first there. A lone `_` is refused as well and has no stem; beyond 1,024 keys, names that begin
 * with `_---` are therefore not looked for.
 */
async function list(kes: Kes, prefix: string): Promise<Listing> {
  if (prefix.startsWith('-') || /^_-{3}/.test(prefix)) return NOTHING
  const stem = prefix.replace(/-+$/, '')
  if (stem === '_') return { names: [], rest: prefix }
  const page = await ask(kes, stem)
  if (stem === prefix) return page
  return {
    names: page.names.filter((name) => name.startsWith(prefix)),
    rest: page.rest?.startsWith(prefix) ? page.rest : undefined,
  }
}

async function ask(kes: Kes, prefix: string): Promise<Listing> {
  const reply = Page.safeParse(await kes.call({ method: 'GET', path: `/v1/key/list/${prefix}`, act: 'list keys' }))
  if (reply.success) return { names: reply.data.names, rest: reply.data.continue_at || undefined }
  throw new AppError('upstream-failed', 'What answers as KES does not speak as KES does: check the endpoint.')
}

/** A listing asked ahead may fail after the reader has left; whoever awaits it still meets the error. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

const isKeyName = (name: string) => /^[\w-]+$/.test(name)
