import { LlmError } from '@majordomo/core';
import type { ChangeChannel } from '@majordomo/core/toolkit';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';

/** Connections of a store that reports changes. Without a subscriber, the store has no `watch`. */
export interface WatchIo {
  readonly connection: Connection;
  readonly client: Client;
  readonly subscriber: Client | undefined;
  /** Connection of the subscriber. */
  readonly listening: Connection | undefined;
}

/** Returns the error of a feature that needs a subscriber. */
export const noSubscriber = (feature: string): LlmError =>
  new LlmError('config', `${feature} requires a second client; call redisStores({ client, subscriber })`, {
    path: 'subscriber',
  });

/** Returns a function that creates a channel for `watchChanges`, or `undefined` without a subscriber. */
export function changeChannels({
  connection,
  client,
  subscriber,
  listening,
}: WatchIo): ((name: string) => ChangeChannel) | undefined {
  if (subscriber === undefined || listening === undefined) return undefined;
  return (name) => ({
    publish: (message) => connection.withTimeout(() => client.publish(name, message)),
    async subscribe(onMessage, onReconnect) {
      const stop = await listening.withTimeout(() => subscriber.subscribe(name, onMessage));
      const stopReady = subscriber.onReady(onReconnect);
      return () => {
        stopReady();
        return stop();
      };
    },
  });
}
