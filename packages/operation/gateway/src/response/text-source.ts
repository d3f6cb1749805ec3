import type { StreamEvent, Warning } from '@majordomo/core';
import type { Refusal } from '../errors/refusal.ts';
import type { Writer } from '../wire.ts';

/** Source of the text of a streamed response. */
export interface TextSource {
  /** Returns the next text, which is not empty, or `undefined` at the end. Rejects with the error of the call. */
  next(): Promise<string | undefined>;
  /** Returns the text of an error event, which replaces the end of the stream. */
  fail(refusal: Refusal): string;
}

/** Source of a stream whose first content has arrived, with the data for the headers. */
export interface OpenedStream extends TextSource {
  readonly target: string | undefined;
  readonly warnings: readonly Warning[];
}

/** Returns a source that writes a call's events as text. `first`: text that the source returns first, unless it is empty. */
export function textOfEvents(events: AsyncIterator<StreamEvent>, writer: Writer, first: string): TextSource {
  let pending = first;
  let isDone = false;
  return {
    async next() {
      if (pending !== '') {
        const text = pending;
        pending = '';
        return text;
      }
      while (!isDone) {
        const step = await events.next();
        isDone = step.done === true;
        // No wire can take back the content that was sent.
        if (step.done !== true && step.value.type === 'reset') throw step.value.error;
        const text = step.done === true ? writer.end() : writer.write(step.value);
        if (text !== '') return text;
      }
      return undefined;
    },
    fail: (refusal) => writer.fail(refusal),
  };
}

/** Merges sources in the order in which their texts arrive. */
export function mergedText(sources: readonly TextSource[]): TextSource {
  const waiting = new Map<TextSource, Promise<readonly [TextSource, string | undefined]>>();
  const read = (source: TextSource): void => {
    const reading = source.next().then((text) => [source, text] as const);
    // `next` of the merged source reports the error. Until `next` is called, the error must not be an unhandled rejection.
    reading.catch(() => undefined);
    waiting.set(source, reading);
  };
  for (const source of sources) read(source);
  return {
    async next() {
      while (waiting.size > 0) {
        const [source, text] = await Promise.race(waiting.values());
        if (text !== undefined) {
          read(source);
          return text;
        }
        waiting.delete(source);
      }
      return undefined;
    },
    // All sources write the same wire, so any of them can write the error event.
    fail: (refusal) => sources[0]?.fail(refusal) ?? '',
  };
}
