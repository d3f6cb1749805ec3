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
      const stop = await subscribeInTime({ listening, subscriber }, name, onMessage);
      const stopReady = subscriber.onReady(onReconnect);
      return () => {
        stopReady();
        return stop();
      };
    },
  });
}

/** Subscribes within the timeout of the connection. Ends a subscription that succeeds later, because no caller can end it. */
export async function subscribeInTime(
  { listening, subscriber }: { readonly listening: Connection; readonly subscriber: Client },
  channel: string,
  onText: (text: string) => void,
): Promise<() => Promise<unknown>> {
  let subscribing: Promise<() => Promise<unknown>> | undefined;
  try {
    return await listening.withTimeout(() => (subscribing = subscriber.subscribe(channel, onText)));
  } catch (error) {
    subscribing?.then((stop) => stop()).catch(() => undefined);
    throw error;
  }
}
