import { deferred } from '@majordomo/test-support';
import { expect, it, vi } from 'vitest';
import type { SocketLike } from './options.ts';
import { Pool } from './pool.ts';

it('closes a socket that opens after the pool was closed, and fails its request', async () => {
  const close = vi.fn();
  const socket: SocketLike = { readyState: 1, send: vi.fn(), close, addEventListener: vi.fn() };
  const { promise: opening, resolve: resolveOpen } = deferred<SocketLike>();
  const limits = { maxSockets: 1, idleMs: 1000, maxAgeMs: 1000, retryAfterMs: 1000 };
  const pool = new Pool('wss://host/v1/responses', { ...limits, open: () => opening, emit: vi.fn() });
  const request = {
    url: 'wss://host/v1/responses',
    headers: new Headers(),
    body: {},
    isStreamed: true,
    signal: undefined,
    shareKey: '',
  };
  const taken = pool.take(request, { settings: '', items: [] }, { mustBeNew: false });
  pool.close();
  resolveOpen(socket);
  await expect(taken).rejects.toThrow('fetch failed');
  expect(close).toHaveBeenCalledOnce();
});
