import { defineTool } from '@majordomo/agent';
import { fakeClock } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { countingClock, rejection, run, until } from '../../test/support/world.ts';
import { connectMcp } from '../connect-mcp.ts';
import type { McpOptions } from '../options.ts';
import { reportProgress } from '../serve/progress.ts';
import { serveMcp } from '../serve/serve-mcp.ts';
import { pauseAfter } from './connection.ts';

it.each([
  [1, 250],
  [2, 500],
  [6, 8000],
  [7, 10_000],
  [20, 10_000],
])('the pause after %i failures lasts %i ms', (failures, ms) => {
  expect(pauseAfter(failures)).toBe(ms);
});

/** Returns whether a promise is settled, after other work has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.finally(() => (settled = true)).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

it('ends an attempt to connect after a minute', async () => {
  const clock = fakeClock();
  const requests: unknown[] = [];
  const fetch = (url: unknown): Promise<Response> => {
    requests.push(url);
    return new Promise(() => undefined);
  };
  const outcome = rejection(connectMcp({ name: 'x', place: { url: 'http://x.internal', fetch }, clock }));
  await until(() => requests.length > 0);
  await clock.advance(59_999);
  expect(await isSettled(outcome)).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": connecting: no result within 60000 ms; raise totalMs or connectMs',
  });
});

/** Toolbox with a tool that reports progress every `everyMs`, and otherwise hangs. */
async function hanging(everyMs: number, options: Partial<McpOptions> = {}) {
  const clock = countingClock();
  let isRunning = false;
  const tool = defineTool({
    name: 'hang',
    description: 'Hangs',
    parameters: { type: 'object' },
    run: async (_args, context) => {
      isRunning = true;
      for (let progress = 1; everyMs > 0 && !context.signal.aborted; progress++) {
        await clock.advance(everyMs);
        const before = clock.timersSet;
        reportProgress(context, { progress });
        await until(() => clock.timersSet > before || context.signal.aborted);
      }
      return new Promise<string>(() => undefined);
    },
  });
  const server = serveMcp({ name: 'sky', version: '1', tools: [tool] });
  const box = await connectMcp({
    name: 'x',
    place: { url: 'http://x.internal', fetch: (input, init) => server.fetch(new Request(input, init)) },
    clock,
    ...options,
  });
  onTestFinished(async () => {
    await box.close();
    await server.close();
  });
  const outcome = rejection(run(box, 'x_hang'));
  await until(() => isRunning);
  return { clock, outcome };
}

it('ends a call after a minute without a sign of the server', async () => {
  const { clock, outcome } = await hanging(0);
  await clock.advance(59_999);
  expect(await isSettled(outcome)).toBe(false);
  await clock.advance(1);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": hang: the server sent no data for 60000 ms; raise timeoutMs or connectMs',
  });
});

it('ends a call after ten minutes, whatever the server reports', async () => {
  const { outcome } = await hanging(50_000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": hang: no result within 600000 ms; raise totalMs or connectMs',
  });
});

it('does not connect for a request that was aborted before', async () => {
  const requests: unknown[] = [];
  const place = {
    url: 'http://x.internal',
    fetch: (url: unknown): Promise<Response> => {
      requests.push(url);
      return Promise.reject(new TypeError('fetch failed'));
    },
  };
  const entry = JSON.stringify({ place: place.url, tools: [], definitions: [], hasResources: true });
  const store = { get: () => Promise.resolve(entry), set: () => Promise.resolve() };
  const box = await connectMcp({ name: 'x', place, store, start: 'first-call' });
  onTestFinished(() => box.close());
  const outcome = rejection(box.readResource('a://1', { signal: AbortSignal.abort('stop') }));
  expect(await outcome).toMatchObject({
    kind: 'aborted',
    message: 'mcp "x": a://1 was aborted',
    cause: 'stop',
  });
  // A connection would start within a few turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(requests).toEqual([]);
});
