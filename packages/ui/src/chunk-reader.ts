import { ChunkLog } from './chunk-log.ts';
import type { UiMessageChunk } from './types.ts';

const DONE = { done: true, value: undefined } as const;

/** Buffers chunks for one client, so that a slow client delays neither the response nor other clients. */
export class ChunkReader implements AsyncIterableIterator<UiMessageChunk, undefined> {
  isOver = false;
  private readonly waiting = new ChunkLog();
  private readonly maxBytes: number;
  private readonly onLeave: () => void;
  private wake = (): void => undefined;

  /**
   * @param maxBytes maximum number of characters that wait for the client
   * @param onLeave called when the client leaves, or reads too slowly, before the end
   */
  constructor(maxBytes: number, onLeave: () => void) {
    this.maxBytes = maxBytes;
    this.onLeave = onLeave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether the client has read all chunks. */
  get isRead(): boolean {
    return this.isOver && this.waiting.chunks.length === 0;
  }

  push(chunk: UiMessageChunk): void {
    if (this.isOver) return;
    this.waiting.add(chunk);
    if (this.waiting.size > this.maxBytes) this.fail('response: the page read too slowly; reload the page');
    else this.wake();
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  /** Replaces the unread chunks with an error. */
  fail(errorText: string): void {
    void this.return();
    this.waiting.add({ type: 'error', errorText });
  }

  /** Waits for chunks, and returns the next chunks, at most `count`. Returns an empty array at the end. */
  async take(count?: number): Promise<readonly UiMessageChunk[]> {
    if (this.waiting.chunks.length === 0 && !this.isOver)
      await new Promise<void>((resolve) => (this.wake = resolve));
    return this.waiting.take(0, count);
  }

  async next(): Promise<IteratorResult<UiMessageChunk, undefined>> {
    const [value] = await this.take(1);
    return value === undefined ? DONE : { done: false, value };
  }

  return(): Promise<IteratorResult<UiMessageChunk, undefined>> {
    const wasOver = this.isOver;
    this.waiting.take();
    this.end();
    if (!wasOver) this.onLeave();
    return Promise.resolve(DONE);
  }
}
