import { newSha256 } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import type { Reservation } from './file-index.ts';

/** Number of bytes by which the type of content is recognized. */
const FIRST_BYTES = 512;

/** Content of a file, which is hashed and counted while the store reads it. */
export class FileContent {
  readonly stream: ReadableStream<Uint8Array>;
  size = 0;
  /** First bytes of the content. */
  first: Uint8Array = new Uint8Array();
  private readonly hash = newSha256();

  /**
   * @param next returns the next chunk, or `undefined` at the end
   * @param reservation place of the file, which grows with the content
   */
  constructor(next: () => Promise<Uint8Array | undefined>, maxBytes: number, reservation: Reservation) {
    this.stream = new ReadableStream(
      {
        pull: async (controller) => {
          const chunk = await next();
          // The place of an ended upload may belong to another one.
          reservation.signal.throwIfAborted();
          if (chunk === undefined) {
            controller.close();
            return;
          }
          this.add(chunk);
          if (this.size > maxBytes)
            throw new Refusal('too-large', `the file must not be larger than ${maxBytes} bytes`);
          if (this.size > reservation.bytes)
            await reservation.resize(Math.min(2 * this.size, maxBytes), this.size);
          controller.enqueue(chunk);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** SHA-256 of the content that was read. */
  get sha256(): string | undefined {
    return this.hash?.digest('hex');
  }

  private add(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.hash?.update(chunk);
    if (this.first.length === 0) this.first = chunk.slice(0, FIRST_BYTES);
  }
}
