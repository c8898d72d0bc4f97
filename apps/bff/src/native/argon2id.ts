import { hashRaw } from '@node-rs/argon2'

/** Each run takes 64 MiB, so this bounds what sign-ins and replies in parallel can make the process take. */
const AT_ONCE = 2

let running = 0
const waiting: (() => void)[] = []

/**
 * Argon2id with the parameters that MinIO's admin bodies and root-credential items fix: version 0x13, 1 pass, 64 MiB,
 * 4 lanes, 32 bytes out, no secret, no associated data. Runs off the main thread, at most two at once.
 */
export async function argon2id(password: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  if (running < AT_ONCE) running++
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await hashRaw(password, {
      // The package's enums exist for types alone: 2 is Argon2id, 1 is version 0x13.
      algorithm: 2,
      version: 1,
      timeCost: 1,
      memoryCost: 65_536,
      parallelism: 4,
      outputLen: 32,
      salt,
    })
  } finally {
    // The place is handed over, not freed, when somebody waits for it.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
