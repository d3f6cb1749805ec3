import type { RunChannel } from '@majordomo/agent/durable';
import { noSubscriber, subscribeInTime, type WatchIo } from '../connection/change-channel.ts';

/** Connections of the channel, and the beginning of its keys. Without a subscriber, the channel only publishes. */
export interface ChannelIo extends WatchIo {
  readonly base: string;
}

/** Creates a channel over pub/sub. A process that subscribes late or loses its connection misses messages. */
export function redisChannel({ connection, client, subscriber, listening, base }: ChannelIo): RunChannel {
  const nameOf = (runId: string): string => `${base}:run:${runId}`;
  return {
    publish: (runId, text) => connection.withTimeout(() => client.publish(nameOf(runId), text)),
    async subscribe(runId, onText) {
      if (subscriber === undefined || listening === undefined) throw noSubscriber('watching runs');
      return subscribeInTime({ listening, subscriber }, nameOf(runId), onText);
    },
  };
}
