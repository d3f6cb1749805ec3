import type { Majordomo } from '@majordomo/core';
import { fromStoredText, HealthSharing, toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';
import type { Listener } from '../client/listener.ts';

/** Shares benches and recoveries with other processes. While PostgreSQL is down, each process uses its own health data. */
export async function shareHealth(
  connection: Connection,
  listener: Listener,
  channel: string,
  health: Majordomo['health'],
): Promise<() => Promise<void>> {
  const { schema, clock } = connection;
  const sharing = new HealthSharing(
    {
      clock,
      publish: ({ target, verdict, keepMs, message }) =>
        connection.query(
          `WITH stored AS (
             INSERT INTO ${schema}.verdicts (target, verdict, until)
             VALUES ($1::text, $2::text, ${schema}.now_ms() + $3::text::bigint)
             ON CONFLICT (target) DO UPDATE SET verdict = excluded.verdict, until = excluded.until
           ) SELECT pg_notify($4::text, $5::text)::text`,
          [
            toStoredText(target),
            verdict,
            `${Math.min(Math.ceil(keepMs), Number.MAX_SAFE_INTEGER)}`,
            channel,
            message,
          ],
        ),
      async read() {
        const rows = await connection.query(
          `SELECT target, verdict, (until - now)::text AS rest
           FROM (SELECT *, ${schema}.now_ms() AS now FROM ${schema}.verdicts) AS verdicts WHERE until - now > $1::text::bigint`,
          ['0'],
        );
        return rows.map(({ target, verdict, rest }) => ({
          target: fromStoredText(target ?? ''),
          verdict: verdict ?? '',
          leftMs: Number(rest),
        }));
      },
    },
    health,
  );
  const stopReporting = health.onChange(sharing.publish);
  const subscriber = { onMessage: sharing.onMessage, onOpen: sharing.catchUp };
  // Ignore the error. Sharing starts when PostgreSQL can be reached.
  await connection.withTimeout(() => listener.subscribe(channel, subscriber)).catch(() => undefined);
  return async () => {
    stopReporting();
    listener.unsubscribe(channel, subscriber);
    await connection.withTimeout(() => sharing.end()).catch(() => undefined);
  };
}
