import type { FileHandle } from 'node:fs/promises'

const PIECE_BYTES = 64 * 1024

/** The bytes of a file, read as they are taken. It is closed at the end, or when nobody wants more. */
export const streamFile = (file: FileHandle): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(PIECE_BYTES) })
      if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
      await file.close()
      return controller.close()
    },
    cancel: () => file.close(),
  })
