import { expect, it } from 'vitest';
import { geminiBatches } from './batch-requests.ts';
import type { Connection } from './connection.ts';

it('ends the search for an upload at a server that repeats its page', async () => {
  let requests = 0;
  const send = (): Promise<Response> => {
    if (++requests > 2) throw new Error('the page was requested again');
    return Promise.resolve(Response.json({ files: [{ name: 'files/1' }], nextPageToken: 'same' }));
  };
  const batches = geminiBatches('gemini-4-argon', {
    open: () => ({ send, toLlmError: (cause: Error) => cause }),
  } as unknown as Connection);
  const context = { target: 'google/m', env: {}, signal: new AbortController().signal };
  await expect(batches.findUpload('mine', context as never)).resolves.toBeUndefined();
  expect(requests).toBe(2);
});
