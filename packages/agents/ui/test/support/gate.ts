import type { AgentStream } from '@majordomo/agent';
import { deferred } from '@majordomo/test-support';

/** Stream that waits before one of its events. */
export interface Gate {
  readonly events: AgentStream;
  /** Resolves when the stream waits, or has ended. */
  readonly reached: Promise<void>;
  open(): void;
}

/** Returns the events of a stream, which wait before the event with this number until `open` is called. */
export function gate(stream: AgentStream, eventNumber: number): Gate {
  const reached = deferred();
  const openSignal = deferred();
  let count = 0;
  const events: AgentStream = {
    result: () => stream.result(),
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      return {
        async next() {
          if (count++ === eventNumber) {
            reached.resolve();
            await openSignal.promise;
          }
          const result = await iterator.next();
          if (result.done === true) reached.resolve();
          return result;
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
  return { events, reached: reached.promise, open: () => openSignal.resolve() };
}
