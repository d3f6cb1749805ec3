import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { fnv1a } from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';
import type { Listener } from '../client/listener.ts';

/** PostgreSQL refuses a longer payload of a notification. */
const MAX_PAYLOAD_BYTES = 7999;
/** Time for which a longer message is stored, in milliseconds. */
const KEEP_MS = 60_000;

type Message = readonly [runId: string, text: string];

/** Creates a channel over `NOTIFY`. A process that subscribes late or loses its session misses messages. */
export function postgresChannel(
  connection: Connection,
  listener: Listener | undefined,
  base: string,
): RunChannel {
  const { schema } = connection;
  const channelOf = (runId: string): string => `${base}_run_${fnv1a(runId)}`;
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
      if (listener === undefined) throw noListener('to watch runs');
      const channel = channelOf(runId);
      // A long message is read from its table, and later ones wait for it.
      let last = Promise.resolve();
      let isOver = false;
      const deliver = async (payload: string): Promise<void> => {
        const json = payload.startsWith('[') ? payload : await longMessage(connection, payload);
        const [id, text] = JSON.parse(json ?? '[""]') as Message;
        if (id === runId && !isOver) onText(text);
      };
      const subscriber = {
        onMessage: (payload: string) => {
          // A payload of another program is ignored.
          last = last.then(() => deliver(payload)).catch(() => undefined);
        },
        onEnd,
      };
      const stop = (): void => {
        isOver = true;
        listener.unsubscribe(channel, subscriber);
      };
      try {
        await connection.withTimeout(() => listener.subscribe(channel, subscriber));
      } catch (error) {
        stop();
        throw error;
      }
      return stop;
    },
  };
}

/** Returns the error for a method that needs a listener. */
export const noListener = (purpose: string): LlmError =>
  new LlmError('config', `${purpose} needs a second session: postgresStores({ client, listener })`, {
    path: 'listener',
  });

/** Returns a stored message; `undefined` if it is not available. Its observers are notified of the gap. */
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
