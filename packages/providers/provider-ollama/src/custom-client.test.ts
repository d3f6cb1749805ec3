import { getEventListeners } from 'node:events';
import type { Ollama } from 'ollama/browser';
import { expect, it } from 'vitest';
import { sendWith } from './custom-client.ts';

const FACTS = { target: 'ollama/m', secrets: [] };

/** Stream of a client that yields one message and then fails. */
const failingStream = (): object => {
  let reads = 0;
  const next = () =>
    ++reads === 1
      ? Promise.resolve({ done: false, value: { done: false } })
      : Promise.reject(new TypeError('terminated'));
  return { abort: () => undefined, [Symbol.asyncIterator]: () => ({ next }) };
};

it.each([
  ['a cancelled response', (body: ReadableStream) => body.cancel()],
  ['a response that fails', (body: ReadableStream) => new Response(body).text().catch(() => undefined)],
])('%s leaves no listener on the signal', async (_name, end) => {
  const { signal } = new AbortController();
  const response = await sendWith({} as Ollama, signal)(() => Promise.resolve(failingStream()), FACTS);
  await end(response.body ?? new ReadableStream());
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
