import { RunError } from '@majordomo/agent';
import { LlmError, messageOf, systemClock, type ChatResponse, type ToolCallPart } from '@majordomo/core';
import type { ChunkEncoder } from './chunks.ts';
import type { EventSource, SourceResult, UiEvent } from './events.ts';
import { costOf, factsOf, publicText } from './facts.ts';
import type { UiEnd, UiFacts, UiMessageChunk, UiOptions } from './types.ts';

/** End of a response, with the calls that wait for the user. */
export interface Ending extends UiEnd {
  readonly awaiting: readonly ToolCallPart[];
}

/** Translates chunks to messages of the client's protocol. */
export type Translate<Chunk> = (chunks: readonly UiMessageChunk[]) => readonly Chunk[];

const DONE = { done: true, value: undefined } as const;

/**
 * Iterates over the chunks of a response. `return` and `stop` end the source immediately, whereas a plain async generator would
 * wait for a pending `next`.
 */
export class ResponseStream<Chunk> implements AsyncIterableIterator<Chunk, undefined> {
  private readonly source: EventSource;
  private readonly encoder: ChunkEncoder;
  private readonly options: UiOptions;
  private readonly translate: Translate<Chunk>;
  private readonly chunks: AsyncGenerator<Chunk, undefined>;
  private readonly responses: ChatResponse[] = [];
  private errorText: string | undefined;
  private isStopped = false;
  private isLeft = false;
  private stopWaiting = (): void => undefined;

  constructor(
    source: EventSource,
    encoder: ChunkEncoder,
    options: UiOptions,
    translate: Translate<Chunk> = (chunks) => chunks as readonly never[],
  ) {
    this.source = source;
    this.encoder = encoder;
    this.options = options;
    this.translate = translate;
    this.chunks = this.encode();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Chunk, undefined>> {
    const result = await this.chunks.next();
    return this.isLeft ? DONE : result;
  }

  /** Stops the response and resolves when `onEnd` has settled. */
  async return(): Promise<IteratorResult<Chunk, undefined>> {
    this.isLeft = true;
    this.stop();
    while ((await this.chunks.next()).done !== true);
    return DONE;
  }

  /** Stops the source. The following chunks complete the message as a stopped response. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.source.close();
    this.stopWaiting();
  }

  private async *encode(): AsyncGenerator<Chunk, undefined> {
    const { encoder, translate } = this;
    yield* translate(encoder.start());
    let failure: unknown;
    try {
      const events = this.source.events();
      for (let event = await this.read(events); event !== undefined; event = await this.read(events)) {
        if (event.type === 'step-end') this.responses.push(event.response);
        yield* translate(encoder.event(event));
      }
    } catch (error) {
      this.source.close();
      failure = error;
    }
    const { awaiting, ...end } = await this.end(failure);
    const ending = { ...end, awaiting };
    yield* translate((await this.attempt(() => encoder.ending(ending))) ?? []);
    const facts = await this.facts(end);
    await this.attempt(() => this.options.onEnd?.(end));
    // The application's `metadata` may throw.
    const last = await this.attempt(() => encoder.last(end, facts, this.errorText));
    yield* translate(last ?? encoder.last(end, undefined, this.errorText));
    return undefined;
  }

  /** Returns the next event, or `undefined` at the end and after a stop. */
  private read(events: AsyncIterator<UiEvent, void>): Promise<UiEvent | undefined> {
    if (this.isStopped) return Promise.resolve(undefined);
    const next = events.next();
    return new Promise((resolve, reject) => {
      this.stopWaiting = () => resolve(undefined);
      next.then(({ value }) => resolve(value ?? undefined), reject);
    });
  }

  /** @param thrown failure of the events or of the encoder */
  private async end(thrown: unknown): Promise<Ending> {
    let failure = thrown;
    let result: SourceResult;
    try {
      result = await this.source.result();
    } catch (error) {
      failure ??= error;
      result = this.interruptedResult(error);
    }
    const { messages, state, awaiting = [] } = result;
    if (failure === undefined && !this.isStopped)
      return {
        outcome: awaiting.length > 0 ? 'awaiting' : 'finished',
        messages,
        state,
        error: undefined,
        awaiting,
      };
    failure ??= new LlmError('aborted', 'the response was stopped');
    const error = LlmError.is(failure)
      ? failure
      : new LlmError('server', messageOf(failure), {}, { cause: failure });
    if (error.kind !== 'aborted') this.fail(failure);
    return { outcome: error.kind === 'aborted' ? 'stopped' : 'failed', messages, state, error, awaiting: [] };
  }

  /** Returns the transcript. Appends the text of the current step unless the run has recorded that step. */
  private interruptedResult(error: unknown): SourceResult {
    const state = RunError.is(error) ? error.state : undefined;
    const messages = state?.messages ?? this.options.input?.messages ?? [];
    const parts = this.encoder.shown.filter((part) => part.type === 'text' && part.text !== '');
    const isRecorded = state !== undefined && state.steps >= this.encoder.step;
    if (isRecorded || parts.length === 0) return { messages, state };
    return { messages: [...messages, { role: 'assistant', parts }], state };
  }

  private async facts({ outcome, error }: UiEnd): Promise<UiFacts> {
    const { cost, clock = systemClock } = this.options;
    const facts = factsOf(this.responses, outcome === 'failed' ? error : undefined);
    if (cost === undefined) return facts;
    try {
      return { ...facts, ...(await costOf(this.responses, cost, clock)) };
    } catch (failure) {
      this.notifyError(failure);
      return facts;
    }
  }

  /** Calls a function of the application or the encoder, and returns its value. If the function fails, the response fails. */
  private async attempt<T>(run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Records a failure. The first failure determines the text for the page. */
  private fail(error: unknown): void {
    const text = this.notifyError(error);
    this.errorText ??= text ?? publicText(error);
  }

  private notifyError(error: unknown): string | undefined {
    try {
      const text = this.options.onError?.(error);
      return typeof text === 'string' ? text : undefined;
    } catch {
      // `onError` threw; the page still receives the original failure.
      return undefined;
    }
  }
}
