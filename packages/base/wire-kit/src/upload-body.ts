import { eachChunk } from '@majordomo/core/toolkit';

/**
 * Size of a piece in bytes. A piece must be larger than the buffer of a connection. Otherwise, the connection would accept the next piece
 * before it has sent this one, and the buffer of this one would be overwritten.
 */
const PIECE_BYTES = 1_048_576;

/**
 * Returns a body that reads a blob in pieces, for a transport that waits until each chunk was sent. Two buffers are used in turn,
 * because the garbage collector frees the chunks of a blob so late that they fill the memory with the complete content.
 */
export function uploadBody(content: Blob): Blob {
  const stream = (): ReadableStream<Uint8Array> => {
    const buffers = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
    let start = 0;
    let turn = 0;
    return new ReadableStream(
      {
        async pull(controller) {
          if (start >= content.size) {
            controller.close();
            return;
          }
          const buffer = buffers[turn++ % 2 === 0 ? 0 : 1];
          let size = 0;
          await eachChunk(content.slice(start, start + PIECE_BYTES), 'blob', (chunk) => {
            buffer.set(chunk, size);
            size += chunk.length;
          });
          start += PIECE_BYTES;
          controller.enqueue(buffer.subarray(0, size));
        },
      },
      { highWaterMark: 0 },
    );
  };
  return Object.defineProperty(content.slice(0, content.size, content.type), 'stream', { value: stream });
}
