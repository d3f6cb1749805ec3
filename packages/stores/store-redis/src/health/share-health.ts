import type { Clock, Majordomo } from '@majordomo/core';
import { HealthSharing, withTimeout } from '@majordomo/core/toolkit';
import type { Client } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';
import { HEALTH_LUA } from './health-lua.ts';

const HEALTH_SCRIPT = script(HEALTH_LUA);

/** Connections and settings for sharing health. */
export interface HealthConnections {
  readonly connection: Connection;
  readonly client: Client;
  readonly subscriber: Client;
  readonly base: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Shares benches and recoveries with other processes. While Redis is down, each process uses its own health data. */
export async function shareHealth(
  connections: HealthConnections,
  health: Majordomo['health'],
): Promise<() => Promise<void>> {
  const sharing = new RedisHealthSharing(connections, health);
  await sharing.begin();
  return () => sharing.end();
}

class RedisHealthSharing {
  private readonly connections: HealthConnections;
  private readonly health: Majordomo['health'];
  private readonly channel: string;
  private readonly sharing: HealthSharing;
  /** Functions that remove the listeners of this object. */
  private readonly endings: (() => unknown)[] = [];
  private subscribed: Promise<() => unknown> | undefined;

  constructor(connections: HealthConnections, health: Majordomo['health']) {
    this.connections = connections;
    this.health = health;
    const { clock, base } = connections;
    const channel = `${base}:health`;
    this.channel = channel;
    this.sharing = new HealthSharing(
      {
        clock,
        publish: ({ target, verdict, keepMs, message }) =>
          this.run(['publish', target, verdict, `${keepMs}`, message, channel]),
        read: async () => verdictsIn((await this.run(['list'])) as (string | number)[]),
      },
      health,
    );
  }

  /** Starts sharing. Waits for Redis until the timeout. If Redis is not ready by then, sharing starts when Redis connects. */
  async begin(): Promise<void> {
    const { client, subscriber } = this.connections;
    this.endings.push(this.health.onChange(this.sharing.publish));
    const caughtUp = new Promise<void>((resolve) => {
      const subscribe = (): void => void this.subscribeAndCatchUp().then(resolve);
      // A new connection may have missed messages, so read the stored verdicts after each one.
      this.endings.push(
        subscriber.onReady(subscribe),
        client.onReady(() => void this.sharing.catchUp()),
      );
      if (subscriber.isReady()) subscribe();
    });
    await this.untilTimeout(caughtUp);
  }

  async end(): Promise<void> {
    const sent = this.sharing.end();
    for (const ending of this.endings.splice(0)) ending();
    await this.untilTimeout(sent);
    if (this.subscribed !== undefined)
      await this.untilTimeout(this.subscribed.then((unsubscribe) => unsubscribe()));
  }

  private async subscribeAndCatchUp(): Promise<void> {
    const { subscriber } = this.connections;
    this.subscribed ??= subscriber.subscribe(this.channel, this.sharing.onMessage);
    try {
      await this.subscribed;
    } catch {
      // Ignore the error, because the next connection subscribes again.
      this.subscribed = undefined;
      return;
    }
    await this.sharing.catchUp();
  }

  /** Resolves when the work has ended, also with an error, or `timeoutMs` has passed. */
  private async untilTimeout(work: Promise<unknown>): Promise<void> {
    const { clock, timeoutMs } = this.connections;
    await withTimeout(work, timeoutMs, clock).catch(() => undefined);
  }

  private run(values: readonly string[]): Promise<unknown> {
    const { connection, base } = this.connections;
    return connection.run(HEALTH_SCRIPT, [base], values);
  }
}

/** Returns the verdicts in the result of the script: target, verdict and remaining time of each. */
function verdictsIn(found: readonly (string | number)[]) {
  return Array.from({ length: found.length / 3 }, (_, index) => {
    const [target, verdict, leftMs] = found.slice(index * 3, index * 3 + 3);
    return { target: String(target), verdict: String(verdict), leftMs: Number(leftMs) };
  });
}
