import type { UiMessageChunk } from './types.ts';

const DONE = { done: true, value: undefined } as const;

/** Buffers chunks for one client, so that a slow client delays neither the response nor other clients. */
export class ChunkReader implements AsyncIterableIterator<UiMessageChunk, undefined> {
  isOver = false;
  private readonly waiting = new ChunkLog();
  private readonly maxChars: number;
  private readonly onLeave: () => void;
  private wake = (): void => undefined;

  /**
   * @param maxChars maximum number of characters that wait for the client
   * @param onLeave called if the client disconnects or reads too slowly before the end of the response
   */
  constructor(maxChars: number, onLeave: () => void) {
    this.maxChars = maxChars;
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
    if (this.waiting.size > this.maxChars) this.fail('response: the page read too slowly; reload the page');
    else this.wake();
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  /** Replaces the unread chunks with an error. */
  fail(errorText: string): void {
    void this.return();
    // A waiting `take` continues only after this function, so it returns the error.
    this.waiting.add({ type: 'error', errorText });
  }

  /** Waits for chunks, and returns at most `count` of them. Returns an empty array at the end. */
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

/** Name of the member that contains the text, by type of the delta chunk. */
const DELTAS: Readonly<Record<string, string>> = {
  'text-delta': 'delta',
  'reasoning-delta': 'delta',
  'tool-input-delta': 'inputTextDelta',
};

/** Chunks in a compact form. Adjacent deltas are joined, and content that a reset removes is omitted. */
export class ChunkLog {
  /** Number of characters of the text of all deltas and of the JSON of all other chunks. */
  size = 0;
  private readonly list: UiMessageChunk[] = [];

  get chunks(): readonly UiMessageChunk[] {
    return this.list;
  }

  add(chunk: UiMessageChunk): void {
    if (chunk.type === 'reset-step') {
      const step = this.list.findLastIndex(({ type }) => type === 'start-step');
      this.take(step + 1);
      // If an earlier `take` returned the start of the step, the client must remove the content of the step.
      if (step !== -1) return;
    }
    this.size += sizeOf(chunk);
    const last = this.list.at(-1);
    if (last !== undefined && isSamePart(last, chunk)) this.list[this.list.length - 1] = joined(last, chunk);
    else this.list.push(chunk);
  }

  /** Removes and returns at most `count` chunks, starting at the index `from`. */
  take(from: number = 0, count: number = Infinity): UiMessageChunk[] {
    const taken = this.list.splice(from, count);
    for (const chunk of taken) this.size -= sizeOf(chunk);
    return taken;
  }
}

/** Whether two chunks are deltas of the same part. */
const isSamePart = (first: UiMessageChunk, second: UiMessageChunk): boolean =>
  first.type in DELTAS &&
  first.type === second.type &&
  first['id'] === second['id'] &&
  first['toolCallId'] === second['toolCallId'];

const joined = (first: UiMessageChunk, second: UiMessageChunk): UiMessageChunk => ({
  ...first,
  [DELTAS[first.type] ?? '']: textOf(first) + textOf(second),
});

const sizeOf = (chunk: UiMessageChunk): number =>
  chunk.type in DELTAS ? textOf(chunk).length : JSON.stringify(chunk).length;

const textOf = (delta: UiMessageChunk): string => delta[DELTAS[delta.type] ?? ''] as string;
