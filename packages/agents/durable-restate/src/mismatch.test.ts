import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { withMismatchCheck } from './mismatch.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('stops the queries when the run has ended, including a pending one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const queries: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    queries.push(response);
    server.emit('queries');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let end: (answer: string) => void = () => undefined;
  const run = new Promise<string>((resolve) => {
    end = resolve;
  });
  const query = { admin, headers: {}, name: 'agent', runId: 'r' };
  const answer = withMismatchCheck('run "r"', query, undefined, () => run);
  const first = once(server, 'queries');
  await vi.advanceTimersByTimeAsync(250);
  await first;
  const closed = once(queries[0]!, 'close');
  end('done');
  expect(await answer).toBe('done');
  await closed;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(queries).toHaveLength(1);
  server.close();
});
