import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withBench, chatRequest, succeeded } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';

const CALLS = 12;
/** Maximum number of idle connections that a client may keep open. */
const MAX_IDLE_CONNECTIONS = 2;

/** Returns the number of listeners on the signal after garbage collection, because `fetch` removes its listener only then. */
async function listenersLeft(signal: AbortSignal): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  for (let round = 0; round < GC_ROUNDS && getEventListeners(signal, 'abort').length > 0; round++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return getEventListeners(signal, 'abort').length;
}

const GC_ROUNDS = 20;

/** Cases that check that calls release their resources. */
export const resourceCases: readonly Case[] = [
  testCase('resources', 'calls leave no listener on the signal and share connections', (harness) =>
    withBench(
      harness,
      () => 'ok',
      async ({ generate, deliveries, server }) => {
        const { signal } = new AbortController();
        for (let call = 0; call < CALLS; call++) {
          for (const delivery of deliveries())
            succeeded(await generate(chatRequest('hi'), { delivery, signal }));
        }
        const listeners = await listenersLeft(signal);
        assert.equal(listeners, 0, `${listeners} listeners are left on the signal`);
        const { connections } = server;
        assert.ok(
          connections <= MAX_IDLE_CONNECTIONS,
          `${connections} connections are open after the last call`,
        );
      },
    ),
  ),
];
