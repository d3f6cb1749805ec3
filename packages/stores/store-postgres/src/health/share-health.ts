import type { Majordomo, TargetHealth, Verdict } from '@majordomo/core';
import {
  fromStoredText,
  parseHealthMessage,
  parseStoredVerdict,
  toStoredText,
  verdictOf,
} from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';
import type { Listener, Subscriber } from '../client/listener.ts';

/** Time for which a recovery is stored for processes that were disconnected, in milliseconds. */
const RECOVERY_MS = 86_400_000;
/** Time between two attempts to read missed verdicts, in milliseconds. */
const CATCH_UP_RETRY_MS = 1000;

/**
 * Shares benches and recoveries with other processes. Messages contain the verdict and its remaining duration, but no failure
 * counts and no timestamps. While PostgreSQL is down, each process uses its own health data.
 */
export async function shareHealth(
  connection: Connection,
  listener: Listener,
  channel: string,
  health: Majordomo['health'],
): Promise<() => Promise<void>> {
  const sharing = new HealthSharing(connection, channel, health);
  const stopReporting = health.onChange((target, state, origin) => {
    sharing.publish(target, state, origin);
  });
  // Ignore the error. Sharing starts when PostgreSQL can be reached.
  await connection.withTimeout(() => listener.subscribe(channel, sharing)).catch(() => undefined);
  return async () => {
    stopReporting();
    listener.unsubscribe(channel, sharing);
    sharing.end();
  };
}

class HealthSharing implements Subscriber {
  private readonly connection: Connection;
  private readonly channel: string;
  private readonly health: Majordomo['health'];
  private readonly me = crypto.randomUUID();
  /** Targets that another process has benched. */
  private readonly remoteBenches = new Set<string>();
  /** Number of verdicts that were received or published so far. */
  private verdicts = 0;
  /** Value of `verdicts` after the latest verdict on each target. */
  private readonly latest = new Map<string, number>();
  private cancelRetry: (() => void) | undefined;
  /** Pending messages. They are sent one at a time, because a client's connections do not preserve the order of statements. */
  private sending: Promise<unknown> = Promise.resolve();
  private isOver = false;

  constructor(connection: Connection, channel: string, health: Majordomo['health']) {
    this.connection = connection;
    this.channel = channel;
    this.health = health;
  }

  /** Reads the verdicts that were missed while the session was closed. */
  readonly onOpen = (): Promise<void> => this.catchUp();

  readonly onMessage = (message: string): void => {
    const received = parseHealthMessage(message);
    if (received === undefined || received.from === this.me || this.isOver) return;
    this.count(received.target);
    this.accept(received.target, received.verdict);
  };

  end(): void {
    this.isOver = true;
    this.cancelRetry?.();
  }

  publish(target: string, state: TargetHealth, origin: 'local' | 'accepted'): void {
    if (origin === 'accepted') return;
    this.count(target);
    this.remoteBenches.delete(target);
    const verdict = verdictOf(state, this.connection.clock);
    if (verdict === undefined) return;
    const keepMs = verdict.state === 'benched' ? verdict.forMs : RECOVERY_MS;
    // Ignore the error. Without the message, the other processes detect the failure with their own calls.
    this.sending = this.sending.then(() => this.send(target, verdict, keepMs)).catch(() => undefined);
  }

  private send(target: string, verdict: Verdict, keepMs: number): Promise<unknown> {
    const { schema } = this.connection;
    return this.connection.query(
      `WITH stored AS (
         INSERT INTO ${schema}.verdicts (target, verdict, until)
         VALUES ($1::text, $2::text, ${schema}.now_ms() + $3::text::bigint)
         ON CONFLICT (target) DO UPDATE SET verdict = excluded.verdict, until = excluded.until
       ) SELECT pg_notify($4::text, $5::text)::text`,
      [
        toStoredText(target),
        JSON.stringify(verdict),
        `${Math.min(Math.ceil(keepMs), Number.MAX_SAFE_INTEGER)}`,
        this.channel,
        JSON.stringify({ from: this.me, target, verdict }),
      ],
    );
  }

  private count(target: string): void {
    this.latest.set(target, ++this.verdicts);
  }

  private accept(target: string, verdict: Verdict): void {
    if (verdict.state === 'benched') this.remoteBenches.add(target);
    else this.remoteBenches.delete(target);
    this.health.accept(target, verdict);
  }

  private async catchUp(): Promise<void> {
    this.cancelRetry?.();
    const { schema, clock } = this.connection;
    // Store the verdicts of this process first, so that it does not read the previous ones.
    await this.sending;
    const before = this.verdicts;
    try {
      const rows = await this.connection.query(
        `SELECT target, verdict, (until - now)::text AS rest
         FROM (SELECT *, ${schema}.now_ms() AS now FROM ${schema}.verdicts) AS verdicts WHERE until > now`,
      );
      for (const row of rows) {
        const target = fromStoredText(row['target'] ?? '');
        const verdict = parseStoredVerdict(row['verdict'] ?? '', Number(row['rest']));
        if (verdict === undefined || this.isOver) continue;
        // A notification can overtake the result of the query, which is then older.
        if ((this.latest.get(target) ?? 0) > before) continue;
        // A stored recovery ends only benches that another process shared.
        if (verdict.state === 'benched' || this.remoteBenches.has(target)) this.accept(target, verdict);
      }
    } catch {
      if (!this.isOver)
        this.cancelRetry = clock.timer(CATCH_UP_RETRY_MS, () => void this.catchUp(), { isBackground: true });
    }
  }
}
