import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { changeChannels } from './change-channel.ts';
import type { Client } from './client.ts';
import { Connection } from './connection.ts';

it('ends a subscription that succeeds only after its timeout', async () => {
  const clock = fakeClock();
  let confirm: (() => void) | undefined;
  let isSubscribed = true;
  const unsubscribe = async (): Promise<void> => {
    isSubscribed = false;
  };
  const client: Client = {
    isReady: () => true,
    onReady: () => () => undefined,
    evalSha: () => Promise.reject(new Error('unused')),
    eval: () => Promise.reject(new Error('unused')),
    publish: () => Promise.resolve(1),
    subscribe: () =>
      new Promise((resolve) => {
        confirm = () => {
          resolve(unsubscribe);
        };
      }),
  };
  const connection = new Connection(client, clock, 250);
  const channels = changeChannels({ connection, client, subscriber: client, listening: connection });
  const rejection = expect(
    channels?.('changes').subscribe(
      () => undefined,
      () => undefined,
    ),
  ).rejects.toMatchObject({ kind: 'timeout' });
  await clock.advance(300);
  await rejection;
  confirm?.();
  await expect.poll(() => isSubscribed).toBe(false);
});
