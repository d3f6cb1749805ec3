import { abortable, asRecord } from '@majordomo/core/toolkit';
import type { ErrorContext } from '@majordomo/wire-kit';
import type { AbortableAsyncIterator, Ollama } from 'ollama/browser';
import { httpError } from './errors.ts';

/**
 * Returns a function that sends with a client of the application, and returns the result as a response. The client uses its
 * own address, headers and `fetch`, and reads the response itself.
 */
export const sendWith =
  (client: Ollama, signal: AbortSignal, facts: ErrorContext) =>
  async (method: (client: Ollama) => Promise<unknown>): Promise<Response> => {
    const sending = method(client);
    try {
      const result = await abortable(sending, signal);
      return isStream(result) ? linesOf(result, signal) : Response.json(result);
    } catch (error) {
      // The SDK accepts no signal before the headers have arrived.
      if (signal.aborted) sending.then(abort, () => undefined);
      const { status_code: status, error: text } = asRecord(error);
      if (typeof status !== 'number') throw error;
      throw httpError(String(text), { status, headers: new Headers() }, facts);
    }
  };

type Messages = AbortableAsyncIterator<object>;

const isStream = (result: unknown): result is Messages =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

const abort = (result: unknown): void => {
  if (isStream(result)) result.abort();
};

const UTF8 = new TextEncoder();

/** Returns the messages as lines of JSON, as the server sends them. An error in a message is a line, too. */
function linesOf(messages: Messages, signal: AbortSignal): Response {
  const iterator = messages[Symbol.asyncIterator]();
  const stop = (): void => {
    messages.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done = false, value } = await iterator.next().catch(lastMessage);
      if (!done) controller.enqueue(UTF8.encode(`${JSON.stringify(value)}\n`));
      else {
        signal.removeEventListener('abort', stop);
        controller.close();
      }
    },
    cancel: stop,
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}

/** Converts an error in a message, which the SDK throws as a plain `Error`. Errors of the transport end the stream. */
function lastMessage(error: unknown): IteratorResult<object, undefined> {
  if (!(error instanceof Error) || error.name !== 'Error') throw error;
  return { done: false, value: { error: error.message } };
}
