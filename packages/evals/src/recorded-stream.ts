import type { Ending, Source } from '@majordomo/core/toolkit';

/** Stream that is replayed, or read from a model while it is recorded. */
export interface RecordedStream<Event, Response> {
  readonly iterator: AsyncIterator<Event>;
  /** Resolves at the end of the iterator, or rejects with the stream's error. */
  readonly response: () => Promise<Response>;
}

/** Returns a stream of stored events that ends with the response or its error. */
export function replayStream<Event, Response>(
  events: readonly Event[],
  response: () => Promise<Response>,
): RecordedStream<Event, Response> {
  async function* replay(): AsyncGenerator<Event, undefined> {
    yield* events;
    await response();
    return undefined;
  }
  return { iterator: replay(), response };
}

/** Returns a source for a stream that is still being opened. */
export const sourceOf = <Event, Response>(
  opening: Promise<RecordedStream<Event, Response>>,
  onEnd: (ending: Ending<Response>) => void,
): Source<Event> => ({
  async pull() {
    const { iterator, response } = await opening;
    const next = await iterator.next();
    if (next.done !== true) return [next.value];
    onEnd({ result: await response() });
    return undefined;
  },
  abandon() {
    const leave = async (): Promise<Response> => {
      const { iterator, response } = await opening;
      await iterator.return?.();
      return response();
    };
    leave().then(
      (result) => {
        onEnd({ result });
      },
      (error: unknown) => {
        onEnd({ error });
      },
    );
  },
});
