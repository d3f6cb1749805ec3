import { RunError, type RunState } from '@majordomo/agent';
import {
  LlmError,
  messageOf,
  systemClock,
  type AssistantPart,
  type Message,
  type ToolCallPart,
} from '@majordomo/core';
import type { Source, SourceResult, UiEvent } from './events.ts';
import { FactCollector, publicText } from './facts.ts';
import type { UiEnd, UiFacts, UiOptions } from './types.ts';

/** End of a response, with the calls that wait for the user. */
export interface Ending extends UiEnd {
  readonly awaiting: readonly ToolCallPart[];
}

/** Encodes the events of one response as chunks of a protocol. */
export interface Encoder<Chunk> {
  /** Returns the chunks before the first event. */
  start(): readonly Chunk[];
  /** Returns the chunks of an event. Throws if the protocol cannot express the event. */
  event(event: UiEvent): readonly Chunk[];
  /** Returns the chunks that complete the content, such as approval requests. */
  ending(ending: Ending): Promise<readonly Chunk[]>;
  /** Returns the chunks after `onEnd`. `errorText` is set after a failure. `facts` is missing if the application's `metadata` function failed. */
  last(ending: Ending, facts: UiFacts | undefined, errorText: string | undefined): readonly Chunk[];
  /** Current step, and its parts that were sent. */
  readonly step: number;
  readonly shown: readonly AssistantPart[];
}

/** Options of both protocols. */
export type StreamOptions = Pick<UiOptions, 'onEnd' | 'onError' | 'clock' | 'cost'>;

const DONE = { done: true, value: undefined } as const;

/**
 * Iterates over the chunks of a response. `return` and `stop` end the source immediately, whereas a plain async generator would
 * wait for a pending `next`.
 */
export class ResponseStream<Chunk> implements AsyncIterableIterator<Chunk, undefined> {
  private readonly source: Source;
  private readonly encoder: Encoder<Chunk>;
  private readonly before: readonly Message[];
  private readonly options: StreamOptions;
  private readonly collector: FactCollector;
  private readonly chunks: AsyncGenerator<Chunk, undefined>;
  private errorText: string | undefined;
  private isLeft = false;

  /** @param before transcript that precedes the response */
  constructor(source: Source, encoder: Encoder<Chunk>, before: readonly Message[], options: StreamOptions) {
    this.source = source;
    this.encoder = encoder;
    this.before = before;
    this.options = options;
    const { cost, clock = systemClock } = options;
    this.collector = new FactCollector(cost, clock, (error) => void this.notifyError(error));
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
    this.source.stop();
  }

  private async *encode(): AsyncGenerator<Chunk, undefined> {
    const { encoder, source } = this;
    yield* encoder.start();
    let ending: Ending;
    try {
      for (let event = await source.next(); event !== undefined; event = await source.next()) {
        if (event.type === 'step-end') this.collector.add(event.response);
        yield* encoder.event(event);
      }
      ending = source.isStopped ? await this.interrupted(undefined) : await this.finished();
    } catch (error) {
      source.stop();
      ending = await this.interrupted(error);
    }
    yield* await this.attempt(() => encoder.ending(ending), []);
    const facts = await this.collector.facts(ending.outcome === 'failed' ? ending.error : undefined);
    const { awaiting: _internal, ...end } = ending;
    await this.attempt(() => this.options.onEnd?.(end), undefined);
    // The application's `metadata` may throw.
    const last = await this.attempt(() => encoder.last(ending, facts, this.errorText), undefined);
    yield* last ?? encoder.last(ending, undefined, this.errorText);
    return undefined;
  }

  /** Returns the value of a function of the application or the encoder. If the function fails, the response fails. */
  private async attempt<T>(run: () => T | Promise<T>, otherwise: T): Promise<T> {
    try {
      return await run();
    } catch (error) {
      this.fail(error);
      return otherwise;
    }
  }

  private async finished(): Promise<Ending> {
    const result = await this.source.result();
    if (result?.kind === 'chat') this.collector.add(result.response);
    const messages = messagesOf(result, this.before);
    const state = result?.kind === 'agent' ? result.run.state : undefined;
    const awaiting = awaitingOf(result);
    const outcome = awaiting.length > 0 ? 'awaiting' : 'finished';
    return { outcome, messages, state, error: undefined, awaiting };
  }

  /** Returns the end of a response that failed with `error`, or was stopped without one. */
  private async interrupted(error: unknown): Promise<Ending> {
    let failure = error;
    let messages: readonly Message[] = this.before;
    let state: RunState | undefined;
    try {
      const result = await this.source.result();
      messages = messagesOf(result, messages);
      if (result?.kind === 'agent') ({ state } = result.run);
    } catch (thrown) {
      failure ??= thrown;
      if (RunError.is(thrown)) ({ state } = thrown);
      messages = this.withShownText(state?.messages ?? messages, state);
    }
    const isStopped = failure === undefined || LlmError.is(failure, 'aborted');
    if (!isStopped) this.fail(failure);
    return {
      outcome: isStopped ? 'stopped' : 'failed',
      messages,
      state,
      error: errorOf(failure ?? new LlmError('aborted', 'the response was stopped')),
      awaiting: [],
    };
  }

  /** Adds the text of the current step, unless the run has recorded that step. */
  private withShownText(messages: readonly Message[], state: RunState | undefined): readonly Message[] {
    if (state !== undefined && state.steps >= this.encoder.step) return messages;
    const parts = this.encoder.shown.filter((part) => part.type === 'text' && part.text !== '');
    return parts.length === 0 ? messages : [...messages, { role: 'assistant', parts }];
  }

  /** Records a failure. The first one determines the text for the page. */
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

function messagesOf(result: SourceResult, before: readonly Message[]): readonly Message[] {
  if (result?.kind === 'agent') return result.run.messages;
  if (result?.kind === 'durable') return result.messages;
  return result?.kind === 'chat' ? [...before, result.response.message] : before;
}

const errorOf = (error: unknown): LlmError =>
  LlmError.is(error) ? error : new LlmError('server', messageOf(error), {}, { cause: error });

function awaitingOf(result: SourceResult): readonly ToolCallPart[] {
  if (result?.kind === 'agent') return result.run.awaiting;
  return result?.kind === 'waiting' ? result.calls : [];
}

/** Returns the error for a run whose events were lost and whose result cannot replace them. */
export const missedEvents = (): LlmError =>
  new LlmError('network', 'response: events of the run were missed; reload the page');
