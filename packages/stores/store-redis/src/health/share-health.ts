import type { Clock, Majordomo, TargetHealth, Verdict } from '@majordomo/core';
import { parseHealthMessage, parseStoredVerdict, verdictOf } from '@majordomo/core/toolkit';
import type { Client } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';
import { HEALTH_LUA } from './health-lua.ts';

const HEALTH_SCRIPT = script(HEALTH_LUA);
/** Time for which a recovery is stored for processes that were disconnected, in milliseconds. */
const RECOVERY_MS = 86_400_000;
/** Time between two attempts to read missed verdicts, in milliseconds. */
const CATCH_UP_RETRY_MS = 1000;

/** Connections and settings for sharing health. */
export interface HealthBus {
  readonly connection: Connection;
  readonly client: Client;
  readonly subscriber: Client;
  readonly base: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Shares benches and recoveries with other processes. A verdict contains its duration, but no failure counts and no timestamps.
 * While Redis is down, each process uses its own health data.
 */
export async function shareHealth(bus: HealthBus, health: Majordomo['health']): Promise<() => Promise<void>> {
  const sharing = new HealthSharing(bus, health);
  await sharing.begin();
  return () => sharing.end();
}

class HealthSharing {
  private readonly bus: HealthBus;
  private readonly health: Majordomo['health'];
  private readonly channel: string;
  private readonly me = crypto.randomUUID();
  /** Targets that another process has benched. */
  private readonly remoteBenches = new Set<string>();
  /** Functions that remove the listeners of this object. */
  private readonly endings: (() => unknown)[] = [];
  private subscribed: Promise<() => unknown> | undefined;
  /** Number of verdicts that were received or published so far. */
  private verdicts = 0;
  /** Value of `verdicts` after the latest verdict on each target. */
  private readonly latest = new Map<string, number>();
  private cancelRetry: (() => void) | undefined;
  private isOver = false;

  constructor(bus: HealthBus, health: Majordomo['health']) {
    this.bus = bus;
    this.health = health;
    this.channel = `${bus.base}:health`;
  }

  /** Starts sharing. Waits for Redis until the timeout. If Redis is not ready by then, sharing starts when Redis connects. */
  async begin(): Promise<void> {
    const { client, subscriber } = this.bus;
    this.endings.push(this.health.onChange((target, state, origin) => this.publish(target, state, origin)));
    const caughtUp = new Promise<void>((resolve) => {
      const subscribe = (): void => void this.subscribeAndCatchUp().then(resolve);
      // A new connection may have missed messages, so read the stored verdicts after each one.
      this.endings.push(
        subscriber.onReady(subscribe),
        client.onReady(() => void this.catchUp()),
      );
      if (subscriber.isReady()) subscribe();
    });
    await this.withTimeout(caughtUp);
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.cancelRetry?.();
    for (const ending of this.endings.splice(0)) ending();
    const left = this.subscribed?.then((unsubscribe) => unsubscribe());
    await this.withTimeout(left?.catch(() => undefined));
  }

  private async subscribeAndCatchUp(): Promise<void> {
    const { subscriber } = this.bus;
    this.subscribed ??= subscriber.subscribe(this.channel, (message) => this.onMessage(message));
    try {
      await this.subscribed;
    } catch {
      // Ignore the error, because the next connection subscribes again.
      this.subscribed = undefined;
      return;
    }
    await this.catchUp();
  }

  private publish(target: string, state: TargetHealth, origin: 'local' | 'accepted'): void {
    if (origin === 'accepted') return;
    this.count(target);
    this.remoteBenches.delete(target);
    const verdict = verdictOf(state, this.bus.clock);
    if (verdict === undefined) return;
    const keepMs = verdict.state === 'benched' ? verdict.forMs : RECOVERY_MS;
    const message = JSON.stringify({ from: this.me, target, verdict });
    // Ignore the error. Without the message, the other processes detect the failure with their own calls.
    this.run(['tell', target, JSON.stringify(verdict), `${keepMs}`, message, this.channel]).catch(
      () => undefined,
    );
  }

  private onMessage(message: string): void {
    const received = parseHealthMessage(message);
    if (received === undefined || received.from === this.me || this.isOver) return;
    this.count(received.target);
    this.accept(received.target, received.verdict);
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
    const before = this.verdicts;
    try {
      const found = (await this.run(['list'])) as (string | number)[];
      for (let at = 0; at < found.length && !this.isOver; at += 3) {
        const [target, json, leftMs] = found.slice(at, at + 3);
        const verdict = parseStoredVerdict(String(json), Number(leftMs));
        if (verdict === undefined) continue;
        // A message can overtake the result of the script, which is then older.
        if ((this.latest.get(String(target)) ?? 0) > before) continue;
        // A stored recovery ends only benches that another process shared.
        if (verdict.state === 'benched' || this.remoteBenches.has(String(target)))
          this.accept(String(target), verdict);
      }
    } catch {
      if (!this.isOver)
        this.cancelRetry = this.bus.clock.timer(CATCH_UP_RETRY_MS, () => void this.catchUp(), {
          isBackground: true,
        });
    }
  }

  /** Resolves when the work is done or `timeoutMs` has passed. */
  private async withTimeout(work: Promise<unknown> | undefined): Promise<void> {
    const { clock, timeoutMs } = this.bus;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.timer(timeoutMs, resolve);
    });
    await Promise.race([work, late]);
    cancel?.();
  }

  private run(values: readonly string[]): Promise<unknown> {
    return this.bus.connection.run(HEALTH_SCRIPT, [this.bus.base], values);
  }
}
