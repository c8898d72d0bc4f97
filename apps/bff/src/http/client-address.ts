import { type BlockList, isIP } from 'node:net'

/**
 * The address of the browser: the connection's own, or, when that is a trusted proxy, the last entry of
 * `X-Forwarded-For` that is not one. What an untrusted peer writes there is ignored.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: BlockList): string {
  let address = unmapped(peer)
  const hops = (forwardedFor ?? '').split(',').map((hop) => unmapped(hop.trim()))
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = hops.pop()!
    if (isIP(hop) === 0) break
    address = hop
  }
  return address
}

const isTrusted = (address: string, trusted: BlockList) => {
  const version = isIP(address)
  return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

/** `::ffff:10.0.0.1` is how a dual-stack socket shows 10.0.0.1. */
const unmapped = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')
