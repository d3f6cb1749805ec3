import { TaskState } from '@a2a-js/sdk';
import { memoryRecords } from '@majordomo/records';
import { seededRandom, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { authorize, world } from './support/world.ts';

/** Number of disconnects. With SOAK=1, as in the nightly run, 1,000. */
const ROUNDS = process.env['SOAK'] === undefined ? 30 : 1_000;

const post = (method: string, params: object, signal?: AbortSignal): Request =>
  new Request('http://127.0.0.1/a2a', {
    method: 'POST',
    headers: { authorization: 'Bearer token-a', 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: signal ?? null,
  });

const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] };

/** Reads a random number of chunks of a response, and then aborts the request or cancels the body. Returns the id of the task. */
async function leave(fetch: (request: Request) => Promise<Response>, random: () => number): Promise<string> {
  const controller = new AbortController();
  const response = await fetch(post('SendStreamingMessage', { message }, controller.signal));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  const id = /"task":\{"id":"([^"]+)"/.exec(new TextDecoder().decode(value))?.[1] ?? '';
  for (let reads = Math.floor(random() * 4); reads > 0; reads--) await reader.read();
  const reading = reader.read().catch(() => undefined);
  if (random() < 0.5) controller.abort();
  else await reader.cancel();
  await reading;
  return id;
}

// An unhandled rejection fails the run of the tests.
it('completes or fails each task whose client disconnects', async () => {
  const random = seededRandom(37);
  const turns = Array.from({ length: ROUNDS }, (): Turn =>
    random() < 0.8 ? { text: 'one two three', chunks: 3 } : { fail: 'network', after: 'one' },
  );
  const records = memoryRecords();
  await using served = await world(turns, { authorize, records, url: 'http://127.0.0.1/a2a' });
  const fetch = (request: Request): Promise<Response> => served.server.fetch(request);
  const stateOf = async (id: string): Promise<unknown> => {
    const response = await fetch(post('GetTask', { id }));
    const { result } = (await response.json()) as { result?: { status: { state: string } } };
    return result?.status.state;
  };
  const counts: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const id = await leave(fetch, random);
    await expect.poll(() => stateOf(id), { interval: 1 }).not.toBe(TaskState[TaskState.TASK_STATE_WORKING]);
    const state = String(await stateOf(id));
    counts[state] = (counts[state] ?? 0) + 1;
  }
  expect(Object.keys(counts).sort()).toEqual(['TASK_STATE_COMPLETED', 'TASK_STATE_FAILED']);
  expect((counts['TASK_STATE_COMPLETED'] ?? 0) + (counts['TASK_STATE_FAILED'] ?? 0)).toBe(ROUNDS);
});
