/** Does `act` for each, no more than `limit` at the same time; the first failure ends it once those under way are done. */
export async function inParallel<T>(list: readonly T[], limit: number, act: (each: T) => Promise<unknown>) {
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < list.length && !failed) {
      try {
        await act(list[next++]!)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, list.length) }, worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
