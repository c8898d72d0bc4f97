import { HighwayHash } from 'highwayhasher'

/** MinIO's fixed key for bitrot checks: it finds flipped bits, not forgers. Source: minio cmd/bitrot.go. */
const BITROT_KEY = Buffer.from('4be734fa8e238acd263e83e6bb968552040f935da39f441497e09d1322de36a0', 'hex')

/** Loads the native module once; the function it resolves to gives HighwayHash-256 under MinIO's bitrot key, 32 bytes. */
export async function loadHighwayHash(): Promise<(bytes: Uint8Array) => Uint8Array> {
  const hasher = await HighwayHash.loadModule()
  return (bytes) => hasher.hash256(BITROT_KEY, bytes)
}
