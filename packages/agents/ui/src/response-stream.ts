import { RunError } from '@majordomo/agent';
import { LlmError, messageOf, systemClock, type ChatResponse, type ToolCallPart } from '@majordomo/core';
import type { ChunkEncoder } from './chunks.ts';
import type { EventSource, SourceResult, UiEvent } from './events.ts';
import { costOf, factsOf, publicText } from './facts.ts';
import type { UiEnd, UiFacts, UiMessageChunk, UiOptions } from './types.ts';

/** End of a response, with the calls that wait for the user. */
interface Ending extends UiEnd {
  readonly awaiting: readonly ToolCallPart[];
}

/** Function that translates chunks to messages of the client's protocol. */
export type Translate<Chunk> = (chunks: readonly UiMessageChunk[]) => readonly Chunk[];

/** Chunks of a response. */
export interface ResponseStream<Chunk> extends AsyncIterableIterator<Chunk, undefined> {
  /** Stops the source. The following chunks complete the message as a stopped response. */
  stop(): void;
  /** Stops the response and resolves when `onEnd` has settled. */
  return(): Promise<IteratorResult<Chunk, undefined>>;
}

const DONE = { done: true, value: undefined } as const;

/**
 * Returns the chunks of a response. `return` and `stop` end the source immediately, whereas a plain async generator would wait
 * for a pending `next`.
 */
export function responseStream<Chunk>(
  source: EventSource,
  encoder: ChunkEncoder,
  options: UiOptions,
  translate: Translate<Chunk>,
): ResponseStream<Chunk> {
  const responses: ChatResponse[] = [];
  /** Text of the first failure. */
  let errorText: string | undefined;
  let isStopped = false;
  /** Whether `return` was called, so that the remaining chunks are discarded. */
  let isLeft = false;
  /** Ends the wait for the next event. */
  let stopWaiting = (): void => undefined;

  async function* encode(): AsyncGenerator<Chunk, undefined> {
    yield* translate(encoder.start());
    let failure: unknown;
    try {
      for (let event = await read(); event !== undefined; event = await read()) {
        if (event.type === 'step-end') responses.push(event.response);
        yield* translate(encoder.event(event));
      }
    } catch (error) {
      source.close();
      failure = error;
    }
    const { awaiting, ...end } = await endOf(failure);
    yield* translate((await attempt(() => encoder.ending({ ...end, awaiting }))) ?? []);
    const facts = await factsWithCost(end);
    await attempt(() => options.onEnd?.(end));
    // The application's `metadata` may throw.
    const last = await attempt(() => encoder.last(end, facts, errorText));
    yield* translate(last ?? encoder.last(end, undefined, errorText));
    return undefined;
  }

  /** Returns the next event, or `undefined` at the end and after a stop. */
  function read(): Promise<UiEvent | undefined> {
    if (isStopped) return Promise.resolve(undefined);
    const next = source.events.next();
    return new Promise((resolve, reject) => {
      stopWaiting = () => resolve(undefined);
      next.then(({ value }) => resolve(value ?? undefined), reject);
    });
  }

  /** @param thrown failure of the events or of the encoder */
  async function endOf(thrown: unknown): Promise<Ending> {
    let failure = thrown;
    const {
      messages,
      state,
      awaiting = [],
    } = await source.result().catch((error: unknown) => {
      failure ??= error;
      return interruptedResult(error);
    });
    if (failure === undefined && !isStopped) {
      const outcome = awaiting.length > 0 ? 'awaiting' : 'finished';
      return { outcome, messages, state, error: undefined, awaiting };
    }
    failure ??= new LlmError('aborted', 'the response was stopped');
    const error = LlmError.is(failure)
      ? failure
      : new LlmError('server', messageOf(failure), {}, { cause: failure });
    const isFailed = error.kind !== 'aborted';
    if (isFailed) fail(failure);
    return { outcome: isFailed ? 'failed' : 'stopped', messages, state, error, awaiting: [] };
  }

  /** Returns the transcript. Appends the text of the current step unless the run has recorded that step. */
  function interruptedResult(error: unknown): SourceResult {
    const state = RunError.is(error) ? error.state : undefined;
    const messages = state?.messages ?? options.input?.messages ?? [];
    const parts = encoder.shown.filter((part) => part.type === 'text' && part.text !== '');
    const isRecorded = state !== undefined && state.steps >= encoder.step;
    if (isRecorded || parts.length === 0) return { messages, state };
    return { messages: [...messages, { role: 'assistant', parts }], state };
  }

  async function factsWithCost({ outcome, error }: UiEnd): Promise<UiFacts> {
    const { cost, clock = systemClock } = options;
    const facts = factsOf(responses, outcome === 'failed' ? error : undefined);
    if (cost === undefined) return facts;
    try {
      return { ...facts, ...(await costOf(responses, cost, clock)) };
    } catch (failure) {
      // A cost that cannot be determined does not make the response fail.
      notifyError(failure);
      return facts;
    }
  }

  /** Calls a function of the application or the encoder, and returns its value. If the function fails, the response fails. */
  async function attempt<T>(run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  function fail(error: unknown): void {
    const text = notifyError(error);
    errorText ??= text ?? publicText(error);
  }

  function notifyError(error: unknown): string | undefined {
    try {
      const text = options.onError?.(error);
      return typeof text === 'string' ? text : undefined;
    } catch {
      // If `onError` throws, the page receives the original failure.
      return undefined;
    }
  }

  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    source.close();
    stopWaiting();
  }

  const chunks = encode();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const result = await chunks.next();
      return isLeft ? DONE : result;
    },
    async return() {
      isLeft = true;
      stop();
      while ((await chunks.next()).done !== true);
      return DONE;
    },
    stop,
  };
}
