import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { unlessChanged } from './changed.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('nobody looks any more once the run is over, not even who was asking just then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asked: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    asked.push(response);
    server.emit('asked');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let end: (answer: string) => void = () => undefined;
  const run = new Promise<string>((resolve) => {
    end = resolve;
  });
  const looking = { admin, headers: {}, name: 'agent', runId: 'r' };
  const answer = unlessChanged('run "r"', looking, undefined, () => run);
  const first = once(server, 'asked');
  await vi.advanceTimersByTimeAsync(250);
  await first;
  const gone = once(asked[0]!, 'close');
  end('done');
  expect(await answer).toBe('done');
  await gone;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(asked).toHaveLength(1);
  server.close();
});
