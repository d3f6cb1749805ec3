import { contextOf, requestOf, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';
import { collect } from './collected.ts';

it('closes the socket if a call is aborted while its non-streaming body is read', async () => {
  const controller = new AbortController();
  await using server = await testServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"choices": [', () => {
      controller.abort();
    });
  });
  const provider = createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1` });
  const context = contextOf({ signal: controller.signal, delivery: 'complete' });
  const { error } = await collect(provider, requestOf(), context);
  expect(error?.kind).toBe('aborted');
  expect((await server.requests[0]?.closed)?.whole).toBe(false);
});
