import { expect, it } from 'vitest';
import { messageBatches } from './batch-requests.ts';
import type { Connection } from './connection.ts';

it('ends the search for a batch at a server that repeats its page', async () => {
  const page = { data: [{ id: 'msgbatch_1', created_at: '2026-11-30T00:00:00Z' }], has_more: true };
  let requests = 0;
  const send = (): Promise<Response> => {
    if (++requests > 2) throw new Error('the page was requested again');
    return Promise.resolve(Response.json(page));
  };
  const batches = messageBatches({
    open: () => ({ send, toLlmError: (cause: Error) => cause }),
  } as unknown as Connection);
  const context = { target: 'anthropic/m', env: {}, signal: new AbortController().signal };
  const search = { token: 't', requests: 1, input: undefined, since: 0 };
  await expect(batches.find(search, context as never)).resolves.toEqual([]);
  expect(requests).toBe(2);
});
