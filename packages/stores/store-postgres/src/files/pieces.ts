import { concatBytes } from '@majordomo/core/toolkit';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;

/** Divides content into pieces of one size, because clients can send chunks of any size. */
export async function* piecesOf(content: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    const bytes = concatBytes(chunks);
    let start = 0;
    for (; size - start >= PIECE_BYTES; start += PIECE_BYTES)
      yield bytes.subarray(start, start + PIECE_BYTES);
    chunks = [bytes.subarray(start)];
    size -= start;
  }
  if (size > 0) yield concatBytes(chunks);
}
