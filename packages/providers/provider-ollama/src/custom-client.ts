import { abortable, asRecord, jsonLine } from '@majordomo/core/toolkit';
import type { ErrorContext } from '@majordomo/wire-kit';
import type { AbortableAsyncIterator, Ollama } from 'ollama/browser';
import { httpError } from './errors.ts';

/** Function that sends one request with a method of the SDK and returns the raw response, and throws for an error response. */
export type Send = (method: (client: Ollama) => Promise<unknown>, errors: ErrorContext) => Promise<Response>;

/**
 * Returns a function that sends a request with the application's client and converts the result to a `Response`. The client
 * uses its own address, headers and `fetch`, and decodes the response.
 */
export const sendWith =
  (client: Ollama, signal: AbortSignal): Send =>
  async (method, errors) => {
    const sending = method(client);
    try {
      const result = await abortable(sending, signal);
      return isStream(result) ? linesOf(result, signal) : Response.json(result);
    } catch (error) {
      // The SDK cannot be aborted before the headers arrive, so abort the response when the headers arrive.
      if (signal.aborted) sending.then(abort, () => undefined);
      const { status_code: status, error: text } = asRecord(error);
      if (typeof status !== 'number') throw error;
      throw httpError(String(text), { status, headers: new Headers() }, errors);
    }
  };

type Messages = AbortableAsyncIterator<object>;

const isStream = (result: unknown): result is Messages =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

const abort = (result: unknown): void => {
  if (isStream(result)) result.abort();
};

const UTF8 = new TextEncoder();

/** Returns the messages as lines of JSON, which is the form that the server sends. An error becomes a line as well. */
function linesOf(messages: Messages, signal: AbortSignal): Response {
  const iterator = messages[Symbol.asyncIterator]();
  const stop = (): void => {
    messages.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const stopListening = (): void => signal.removeEventListener('abort', stop);
  const failed = (error: unknown): never => {
    stopListening();
    throw error;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done = false, value } = await iterator.next().catch(lastMessage).catch(failed);
      if (!done) controller.enqueue(UTF8.encode(jsonLine(value)));
      else {
        stopListening();
        controller.close();
      }
    },
    cancel() {
      stopListening();
      stop();
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}

/**
 * Converts an error that the server reported in a message to a final message. The SDK throws such an error as a plain `Error`.
 * Rethrows errors of the transport.
 */
function lastMessage(error: unknown): IteratorResult<object, undefined> {
  if (!(error instanceof Error) || error.name !== 'Error') throw error;
  return { done: false, value: { error: error.message } };
}
