import { ChunkLog } from './chunk-log.ts';
import type { UiMessageChunk } from './types.ts';

/** Receiver of the chunks of a response. */
export interface ChunkSink {
  push(chunk: UiMessageChunk): void;
  end(): void;
}

/** Options of a reader. */
export interface ReaderOptions {
  /** Maximum number of unread characters. */
  readonly maxBytes: number;
  /** Called when the client leaves before the end. */
  readonly onLeave: () => void;
}

const DONE = { done: true, value: undefined } as const;

/** Buffers chunks for one client, so that a slow client delays neither the response nor other clients. */
export class ChunkReader implements AsyncIterableIterator<UiMessageChunk, undefined>, ChunkSink {
  private readonly waiting = new ChunkLog();
  private readonly options: ReaderOptions;
  private isOver = false;
  private wake = (): void => undefined;

  constructor(options: ReaderOptions) {
    this.options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(chunk: UiMessageChunk): void {
    if (this.isOver) return;
    this.waiting.add(chunk);
    if (this.waiting.size > this.options.maxBytes)
      this.fail('response: the page read the content too slowly; reload the page');
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

  async next(): Promise<IteratorResult<UiMessageChunk, undefined>> {
    if (this.waiting.chunks.length === 0 && !this.isOver)
      await new Promise<void>((resolve) => (this.wake = resolve));
    const value = this.waiting.shift();
    return value === undefined ? DONE : { done: false, value };
  }

  return(): Promise<IteratorResult<UiMessageChunk, undefined>> {
    this.waiting.splice(0);
    this.end();
    this.options.onLeave();
    return Promise.resolve(DONE);
  }
}
