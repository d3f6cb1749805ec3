import type { Clock } from '@majordomo/core';
import { ChunkLog } from './chunk-log.ts';
import { ChunkReader, type ChunkSink } from './chunk-reader.ts';
import type { ResponseStream } from './response-stream.ts';
import type { UiMessageChunk } from './types.ts';

/** Options of a response that outlives its connection. */
export interface LiveOptions {
  /** Chunks of the earlier content of the message, which only the page that requested the response has. */
  readonly earlier: readonly UiMessageChunk[];
  readonly disconnectMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** Response that continues after all readers have disconnected. */
export class LiveResponse {
  readonly id: string = crypto.randomUUID();
  /** Settles when the source is closed and `onEnd` has settled. */
  readonly ended: Promise<void>;
  /** Reader of the page that requested the response. */
  readonly requester: ChunkReader;
  isOver = false;
  /** Whether a newer response of the chat has started, here or in another process. */
  isSuperseded = false;
  private readonly stream: ResponseStream<UiMessageChunk>;
  private readonly options: LiveOptions;
  private log: ChunkLog | undefined = new ChunkLog();
  private readonly sinks = new Set<ChunkSink>();
  private cancelStop = (): void => undefined;

  constructor(stream: ResponseStream<UiMessageChunk>, options: LiveOptions) {
    this.stream = stream;
    this.options = options;
    this.requester = this.createReader();
    this.add(this.requester);
    this.ended = this.run();
  }

  /** Content so far; `undefined` if the content exceeded the maximum size. */
  get content(): readonly UiMessageChunk[] | undefined {
    return this.log?.chunks;
  }

  /** Returns a reader of the response from its beginning; `undefined` if the content exceeded the maximum size. */
  read(): ChunkReader | undefined {
    const { content } = this;
    if (content === undefined) return undefined;
    const reader = this.createReader();
    for (const chunk of content) reader.push(chunk);
    this.add(reader);
    return reader;
  }

  add(sink: ChunkSink): void {
    this.cancelStop();
    if (this.isOver) sink.end();
    else this.sinks.add(sink);
  }

  remove(sink: ChunkSink): void {
    const { disconnectMs, clock } = this.options;
    if (!this.sinks.delete(sink) || this.sinks.size > 0 || this.isOver) return;
    if (disconnectMs === 0) void this.stop();
    else this.cancelStop = clock.timer(disconnectMs, () => void this.stop(), true);
  }

  stop(): Promise<void> {
    this.stream.stop();
    return this.ended;
  }

  supersede(): void {
    this.isSuperseded = true;
    void this.stop();
  }

  private createReader(): ChunkReader {
    const { maxBytes } = this.options;
    const reader: ChunkReader = new ChunkReader({ maxBytes, onLeave: () => this.remove(reader) });
    return reader;
  }

  private async run(): Promise<void> {
    for await (const chunk of this.stream) {
      this.record(chunk);
      if (chunk.type === 'start') for (const part of this.options.earlier) this.record(part, this.requester);
    }
    this.isOver = true;
    this.cancelStop();
    for (const sink of this.sinks) sink.end();
    this.sinks.clear();
  }

  private record(chunk: UiMessageChunk, except?: ChunkSink): void {
    this.log?.add(chunk);
    if (this.log !== undefined && this.log.size > this.options.maxBytes) this.log = undefined;
    for (const sink of this.sinks) if (sink !== except) sink.push(chunk);
  }
}
