import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { fnv1a } from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';
import { subscribeInTime, type Listener } from '../client/listener.ts';

/** Maximum size of a notification's payload in PostgreSQL, in bytes. */
const MAX_PAYLOAD_BYTES = 7999;
/** Time for which a longer message is stored, in milliseconds. */
const KEEP_MS = 60_000;
/** Maximum number of channels. A session listens to each of them until it ends, so it must not have one for each run. */
const MAX_CHANNELS = 4096;

type Message = readonly [runId: string, text: string];

/** Creates a channel that uses `NOTIFY`. A process misses messages before it subscribes and while its session is closed. */
export function postgresChannel(
  connection: Connection,
  listener: Listener | undefined,
  base: string,
): RunChannel {
  const { schema } = connection;
  const channelOf = (runId: string): string => `${base}_run_${fnv1a(runId) % MAX_CHANNELS}`;
  return {
    async publish(runId, text) {
      const message = JSON.stringify([runId, text] satisfies Message);
      if (new TextEncoder().encode(message).length <= MAX_PAYLOAD_BYTES)
        await connection.query('SELECT pg_notify($1::text, $2::text)::text', [channelOf(runId), message]);
      else
        await connection.query(
          `WITH stored AS (
             INSERT INTO ${schema}.messages (message, until)
             VALUES ($2::text, ${schema}.now_ms() + ${KEEP_MS}) RETURNING seq
           ) SELECT pg_notify($1::text, seq::text)::text FROM stored`,
          [channelOf(runId), message],
        );
    },
    async subscribe(runId, onText, onEnd) {
      if (listener === undefined) throw noListener('watching runs');
      const channel = channelOf(runId);
      // Deliver messages one after the other, because reading a long message from its table takes time.
      let last = Promise.resolve();
      let isOver = false;
      const deliver = async (payload: string): Promise<void> => {
        const json = payload.startsWith('[') ? payload : await longMessage(connection, payload);
        // A long message that is not available gets an empty run id, so it is ignored.
        const [id, text] = JSON.parse(json ?? '[""]') as Message;
        if (id === runId && !isOver) onText(text);
      };
      const subscriber = {
        onMessage: (payload: string) => {
          // Ignore an invalid payload, which another program may have sent.
          last = last.then(() => deliver(payload)).catch(() => undefined);
        },
        onEnd,
      };
      const stop = await subscribeInTime(connection, listener, channel, subscriber);
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}

/** Returns the error for a method that requires `listener`. */
export const noListener = (purpose: string): LlmError =>
  new LlmError('config', `postgresStores: ${purpose} requires a second session; pass the option listener`, {
    path: 'listener',
  });

/** Returns a stored message; `undefined` if the message is not available. Observers then detect the gap. */
async function longMessage(connection: Connection, seq: string): Promise<string | undefined> {
  try {
    const [row] = await connection.query(
      `SELECT message FROM ${connection.schema}.messages WHERE seq = $1::text::bigint`,
      [seq],
    );
    return row?.['message'] ?? undefined;
  } catch {
    return undefined;
  }
}
