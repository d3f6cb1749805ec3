import { systemClock, type Clock } from '@majordomo/core';
import { expect, it } from 'vitest';
import { Listener } from './listener.ts';

/** Client of `pg` that stores its statements, and whose session `end` loses. */
function fakeClient() {
  const statements: string[] = [];
  const listeners = new Map<string, () => void>();
  return {
    statements,
    end: () => listeners.get('end')?.(),
    query: (text: string) => Promise.resolve({ rows: [statements.push(text)] }),
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    off: (event: string) => listeners.delete(event),
  };
}

it('listens in a reopened session only to channels with subscribers', async () => {
  const timers: (() => void)[] = [];
  const timer: Clock['timer'] = (_ms, run) => {
    timers.push(run);
    return () => undefined;
  };
  const clients: ReturnType<typeof fakeClient>[] = [];
  const listener = new Listener(
    () => {
      const client = fakeClient();
      clients.push(client);
      return client;
    },
    { ...systemClock, timer },
  );
  const subscriber = { onMessage: () => undefined };
  await listener.subscribe('run_1', subscriber);
  await listener.subscribe('run_2', subscriber);
  listener.unsubscribe('run_1', subscriber);
  clients[0]?.end();
  for (const run of timers) run();
  await expect.poll(() => clients[1]?.statements).toEqual(['LISTEN "run_2"']);
  listener.close();
});
