import { expect, it } from 'vitest';
import type { Connection } from '../client/connection.ts';
import type { Listener } from '../client/listener.ts';
import { postgresChannel } from './postgres-channel.ts';

it('listens to a limited number of channels, however many runs it watches', async () => {
  const channels = new Set<string>();
  const connection = { withTimeout: <T>(work: () => Promise<T>) => work() };
  const listener = {
    subscribe: (name: string) => Promise.resolve(channels.add(name)),
    unsubscribe: () => undefined,
  };
  const channel = postgresChannel(
    connection as unknown as Connection,
    listener as unknown as Listener,
    'base',
  );
  for (let run = 0; run < 20_000; run++)
    await (
      await channel.subscribe(
        `run ${run}`,
        () => undefined,
        () => undefined,
      )
    )();
  expect(channels.size).toBeLessThanOrEqual(4096);
});
