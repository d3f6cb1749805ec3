import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import type { Client } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';

/** What the channel stands on; without a subscriber it only sends. */
export interface ChannelIo {
  readonly connection: Connection;
  readonly client: Client;
  readonly subscriber: Client | undefined;
  /** The subscriber's. */
  readonly listening: Connection | undefined;
  readonly base: string;
}

/** Pub/sub: who comes late, or is cut off for a while, misses what was said meanwhile. */
export function redisChannel({ connection, client, subscriber, listening, base }: ChannelIo): RunChannel {
  const nameOf = (runId: string): string => `${base}:run:${runId}`;
  return {
    publish: (runId, text) => connection.withTimeout(() => client.publish(nameOf(runId), text)),
    async subscribe(runId, hear) {
      if (subscriber === undefined || listening === undefined)
        throw new LlmError(
          'config',
          'to watch runs takes a second client: redisStores({ client, subscriber })',
          {
            path: 'subscriber',
          },
        );
      let subscribing: Promise<() => Promise<unknown>> | undefined;
      try {
        return await listening.withTimeout(() => (subscribing = subscriber.subscribe(nameOf(runId), hear)));
      } catch (error) {
        // Nobody hears what comes of it later.
        subscribing?.then((stop) => stop()).catch(() => undefined);
        throw error;
      }
    },
  };
}
