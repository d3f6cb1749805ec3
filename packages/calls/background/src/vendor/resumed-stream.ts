import { LlmError, type Clock, type JobEventFacts, type PreparedTarget } from '@majordomo/core';
import { abortable, isTransientFailure, SseDecoder, sseEvent, withTimeout } from '@majordomo/core/toolkit';
import { sendRequest, type RequestLimits } from './vendor-request.ts';

/** Maximum number of reconnections without a new event between them. */
const MAX_RECONNECTIONS = 5;
/** Wait before the second reconnection without a new event, in milliseconds. Each further wait is twice as long. */
const WAIT_MS = 1000;
/** Time without bytes after which the stream is opened again, in milliseconds, because a lost connection may stay open. */
const SILENCE_MS = 120_000;

interface ResumedStreamOptions {
  /** Opens the stream after a cursor. */
  readonly open: (after: string | undefined) => Promise<Response>;
  readonly readEvent: (data: string) => JobEventFacts;
  readonly target: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Stream of the events of a vendor's job, which reconnects after the last complete event. */
export class ResumedStream {
  /** Complete stream of events. */
  readonly response: Response;
  /** Whether the stream has failed before its last event, after all reconnections. */
  isLost = false;
  private readonly options: ResumedStreamOptions;
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private decoder: SseDecoder | undefined;
  private cursor: string | undefined;
  /** Cursor after the first event. A server that ignores the cursor sends it again. */
  private first: string | undefined;
  /** Complete events that the consumer has not received. */
  private text = '';
  /** Whether the last event has arrived, or the consumer has cancelled the stream. */
  private isOver = false;
  /** Number of failures since the last new event. */
  private failures = 0;

  constructor(options: ResumedStreamOptions) {
    this.options = options;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.pull(controller),
        cancel: () => {
          this.isOver = true;
          this.close();
        },
      },
      { highWaterMark: 0 },
    );
    this.response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!this.isOver) {
      try {
        const text = await this.nextEvents();
        controller.enqueue(new TextEncoder().encode(text));
        return;
      } catch (error) {
        this.close();
        await this.waitAfter(error);
      }
    }
    controller.close();
  }

  /** Returns the complete events that have arrived, at least one. */
  private async nextEvents(): Promise<string> {
    const { clock, signal, target } = this.options;
    const reader = (this.reader ??= await this.connect());
    // The consumer has cancelled the stream while the connection was opened.
    if (this.isOver) this.close();
    while (this.text === '') {
      const { done, value } = await withTimeout(abortable(reader.read(), signal), SILENCE_MS, clock);
      if (done) throw new LlmError('truncated', `${target}: the stream of the job ended early`, { target });
      this.decoder?.push(value);
    }
    const { text } = this;
    this.text = '';
    this.failures = 0;
    if (this.isOver) this.close();
    return text;
  }

  private async connect(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const { open, target } = this.options;
    const { body } = await open(this.cursor);
    if (body === null)
      throw new LlmError('truncated', `${target}: the stream of the job has no body`, { target });
    this.decoder = new SseDecoder((data, event) => {
      this.addEvent(data, event);
    }, target);
    return (body as ReadableStream<Uint8Array>).getReader();
  }

  private addEvent(data: string, event: string | undefined): void {
    const { cursor, isLast } = this.options.readEvent(data);
    const isRepeated = cursor !== undefined && (cursor === this.first || cursor === this.cursor);
    if (isRepeated) throw this.repeatError();
    this.first ??= cursor;
    this.cursor = cursor ?? this.cursor;
    this.isOver ||= isLast;
    // Each line of the data has its own field.
    this.text += sseEvent(data.replaceAll('\n', '\ndata: '), event);
  }

  /** Returns the error of a server that ignores the cursor. The chunks of the repeated events may differ. */
  private repeatError(): LlmError {
    const { target } = this.options;
    const why = `${target}: the server repeats the events of the job, so its answer is polled`;
    return new LlmError('unsupported', why, { target });
  }

  /** Waits before the next connection. Throws the error if the stream is lost. */
  private async waitAfter(error: unknown): Promise<void> {
    const { clock, signal } = this.options;
    signal.throwIfAborted();
    const isFinal = LlmError.is(error) && !isTransientFailure(error);
    this.failures++;
    if (isFinal || this.failures > MAX_RECONNECTIONS) {
      this.isLost = true;
      throw error;
    }
    const waitMs = this.failures === 1 ? 0 : WAIT_MS * 2 ** (this.failures - 2);
    const retryAfterMs = LlmError.is(error) ? error.details.retryAfterMs : undefined;
    await clock.sleep(retryAfterMs ?? waitMs, signal);
  }

  private close(): void {
    this.reader?.cancel().catch(() => undefined);
    this.reader = undefined;
    this.text = '';
  }
}

/** Returns the stream of a job; `undefined` if the vendor does not stream jobs. */
export function resumedStream(
  { background, context }: PreparedTarget,
  ref: string,
  limits: RequestLimits,
): ResumedStream | undefined {
  if (background?.stream === undefined || background.readEvent === undefined) return undefined;
  const { clock, signal } = limits;
  const { target } = context;
  return new ResumedStream({
    open: (after) =>
      sendRequest(context, limits, async (own) => {
        const response = await background.stream?.(ref, after, own);
        return response ?? new Response(null);
      }),
    readEvent: (data) => background.readEvent?.(data) ?? { cursor: undefined, isLast: false },
    target,
    clock,
    signal,
  });
}
