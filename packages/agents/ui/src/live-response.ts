import type { Clock } from '@majordomo/core';
import { ChunkLog, ChunkReader } from './chunk-reader.ts';
import type { ResponseStream } from './response-stream.ts';
import type { UiMessageChunk } from './types.ts';

/** Limits of a response that continues after its connection has ended, and the clock that measures the time. */
interface Limits {
  readonly disconnectMs: number;
  readonly maxChars: number;
  readonly clock: Clock;
}

/** Response that continues after all readers have disconnected. */
export class LiveResponse {
  readonly id: string = crypto.randomUUID();
  /** Settles when the source is closed and `onEnd` has settled. */
  ended: Promise<void> = Promise.resolve();
  /** Reader of the page that requested the response. */
  readonly requester: ChunkReader;
  isOver = false;
  /** Resolves when all notices of newer responses have arrived that were published before the call. */
  catchUp?: () => Promise<unknown>;
  /** Whether a newer response of the chat has started, here or in another process. */
  isSuperseded = false;
  private readonly stream: ResponseStream<UiMessageChunk>;
  /** Chunks of the message's earlier content, which the page that requested the response already shows. */
  private readonly earlier: readonly UiMessageChunk[];
  private readonly options: Limits;
  /** Content so far; `undefined` if the content exceeded the maximum size. */
  private log: ChunkLog | undefined = new ChunkLog();
  private readonly readers = new Set<ChunkReader>();
  private cancelStop = (): void => undefined;

  private readonly requestId: string | undefined;

  constructor(
    stream: ResponseStream<UiMessageChunk>,
    earlier: readonly UiMessageChunk[],
    requestId: string | undefined,
    options: Limits,
  ) {
    this.stream = stream;
    this.earlier = earlier;
    this.requestId = requestId;
    this.options = options;
    this.requester = this.addReader();
  }

  /** Returns whether a page that expects the response to this request may read this one. */
  isExpected(requestId: string | undefined): boolean {
    return requestId === undefined || requestId === this.requestId;
  }

  /** @param announced resolves when the other processes replay this response instead of an earlier one */
  begin(announced?: Promise<unknown>): void {
    this.ended = this.run(announced);
  }

  /** Returns a reader of the response from its beginning, or `undefined` if the content exceeded the maximum size. */
  read(): ChunkReader | undefined {
    if (this.log === undefined) return undefined;
    const reader = this.addReader();
    for (const chunk of this.log.chunks) this.send(chunk, reader);
    if (this.isOver) reader.end();
    return reader;
  }

  stop(): Promise<void> {
    this.stream.stop();
    return this.ended;
  }

  supersede(): void {
    this.isSuperseded = true;
    void this.stop();
  }

  private addReader(): ChunkReader {
    const reader: ChunkReader = new ChunkReader(this.options.maxChars, () => this.remove(reader));
    this.readers.add(reader);
    this.cancelStop();
    return reader;
  }

  private remove(reader: ChunkReader): void {
    const { disconnectMs, clock } = this.options;
    if (!this.readers.delete(reader) || this.readers.size > 0 || this.isOver) return;
    if (disconnectMs === 0) void this.stop();
    else this.cancelStop = clock.timer(disconnectMs, () => void this.stop(), { isBackground: true });
  }

  private async run(announced: Promise<unknown> | undefined): Promise<void> {
    await announced;
    // The stream never fails. Its last chunk reports a failure.
    for await (const chunk of this.stream) {
      this.log?.add(chunk);
      if (this.log !== undefined && this.log.size > this.options.maxChars) this.log = undefined;
      for (const reader of this.readers) this.send(chunk, reader);
    }
    this.isOver = true;
    this.cancelStop();
    for (const reader of this.readers) reader.end();
  }

  private send(chunk: UiMessageChunk, reader: ChunkReader): void {
    reader.push(chunk);
    // Other readers do not show the earlier content yet.
    if (chunk.type !== 'start' || reader === this.requester) return;
    for (const part of this.earlier) reader.push(part);
  }
}
