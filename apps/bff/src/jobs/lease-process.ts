import { AppError } from '../errors.ts'
import { type Lease, type LeaseOptions, Leases } from './lease.ts'

/** What the tests of leases tell a process of their own. It answers each with one `Answer`. */
export type Order =
  | { readonly do: 'take'; readonly folder: string; readonly holder: string; readonly options: Partial<LeaseOptions> }
  | { readonly do: 'requireHeld' | 'release' }

/** `done`, or the code and text of the failure. */
export type Answer = 'ready' | 'done' | { readonly code: string; readonly detail: string }

let lease: Lease | undefined

async function obey(order: Order) {
  if (order.do === 'take') lease = await new Leases(order.folder, order.options).take('migration', order.holder)
  else await lease![order.do]()
}

process.on('message', (order: Order) => {
  obey(order).then(
    () => answer('done'),
    (error: unknown) => answer(error instanceof AppError ? error : { code: 'unknown', detail: String(error) }),
  )
})
process.on('disconnect', () => process.exit())

function answer(reply: Answer) {
  process.send!(typeof reply === 'string' ? reply : { code: reply.code, detail: reply.detail })
}

answer('ready')
