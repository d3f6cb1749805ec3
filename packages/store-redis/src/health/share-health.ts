import type { Clock, Majordomo, TargetHealth, Verdict } from '@majordomo/core';
import type { Client } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';
import { HEALTH_LUA } from './health-lua.ts';
import { keptIn, toldIn, verdictOf } from './told.ts';

const SHARING = script(HEALTH_LUA);
/** How long those who were away can still hear that a target is well again. */
const RECOVERY_MS = 86_400_000;
/** Between two tries to catch up, in ms. */
const CATCH_UP_AGAIN_MS = 1000;

/** What sharing stands on. */
export interface Bus {
  readonly connection: Connection;
  readonly client: Client;
  readonly subscriber: Client;
  readonly base: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Tells others of benches and recoveries, and takes theirs: verdicts, never counts of failures, and durations, never times.
 * What is not heard, since Redis or the way to it is down, changes nothing: each process has its own health.
 */
export async function shareHealth(bus: Bus, health: Majordomo['health']): Promise<() => Promise<void>> {
  const sharing = new Sharing(bus, health);
  await sharing.begin();
  return () => sharing.end();
}

class Sharing {
  private readonly bus: Bus;
  private readonly health: Majordomo['health'];
  private readonly channel: string;
  private readonly me = crypto.randomUUID();
  /** Benched because somebody else said so. */
  private readonly heard = new Set<string>();
  private readonly endings: (() => unknown)[] = [];
  private subscribed: Promise<() => unknown> | undefined;
  private cancelRetry: (() => void) | undefined;
  private isOver = false;

  constructor(bus: Bus, health: Majordomo['health']) {
    this.bus = bus;
    this.health = health;
    this.channel = `${bus.base}:health`;
  }

  /** Waits a moment for Redis; without it, sharing begins when it is there. */
  async begin(): Promise<void> {
    const { client, subscriber } = this.bus;
    this.endings.push(this.health.onChange((target, state, origin) => this.changed(target, state, origin)));
    const attending = new Promise<void>((resolve) => {
      const attend = (): void => void this.attend().then(resolve);
      // What was said while a connection was gone is looked up when it is back.
      this.endings.push(
        subscriber.onReady(attend),
        client.onReady(() => void this.catchUp()),
      );
      if (subscriber.isReady()) attend();
    });
    await this.waited(attending);
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.cancelRetry?.();
    for (const ending of this.endings.splice(0)) ending();
    const left = this.subscribed?.then((unsubscribe) => unsubscribe());
    await this.waited(left?.catch(() => undefined));
  }

  private async attend(): Promise<void> {
    const { subscriber } = this.bus;
    this.subscribed ??= subscriber.subscribe(this.channel, (message) => this.hear(message));
    try {
      await this.subscribed;
    } catch {
      // Tried again with the next connection.
      this.subscribed = undefined;
      return;
    }
    await this.catchUp();
  }

  private changed(target: string, state: TargetHealth, origin: 'local' | 'accepted'): void {
    if (origin === 'accepted') return;
    this.heard.delete(target);
    const verdict = verdictOf(state, this.bus.clock);
    if (verdict === undefined) return;
    const keepMs = verdict.state === 'benched' ? verdict.forMs : RECOVERY_MS;
    const message = JSON.stringify({ from: this.me, target, verdict });
    // Not heard by others: then they find out by themselves.
    this.run(['tell', target, JSON.stringify(verdict), `${keepMs}`, message, this.channel]).catch(
      () => undefined,
    );
  }

  private hear(message: string): void {
    const told = toldIn(message);
    if (told === undefined || told.from === this.me || this.isOver) return;
    this.take(told.target, told.verdict);
  }

  private take(target: string, verdict: Verdict): void {
    if (verdict.state === 'benched') this.heard.add(target);
    else this.heard.delete(target);
    this.health.accept(target, verdict);
  }

  private async catchUp(): Promise<void> {
    this.cancelRetry?.();
    try {
      const found = (await this.run(['list'])) as (string | number)[];
      for (let at = 0; at < found.length && !this.isOver; at += 3) {
        const [target, json, leftMs] = found.slice(at, at + 3);
        const verdict = keptIn(String(json), Number(leftMs));
        if (verdict === undefined) continue;
        // An old recovery says nothing about a bench of one's own.
        if (verdict.state === 'benched' || this.heard.has(String(target))) this.take(String(target), verdict);
      }
    } catch {
      if (!this.isOver)
        this.cancelRetry = this.bus.clock.timer(CATCH_UP_AGAIN_MS, () => void this.catchUp(), true);
    }
  }

  /** For what comes of it, or not longer than for an answer. */
  private async waited(work: Promise<unknown> | undefined): Promise<void> {
    const { clock, timeoutMs } = this.bus;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.timer(timeoutMs, resolve);
    });
    await Promise.race([work, late]);
    cancel?.();
  }

  private run(values: readonly string[]): Promise<unknown> {
    return this.bus.connection.run(SHARING, [this.bus.base], values);
  }
}
