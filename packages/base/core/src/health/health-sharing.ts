import type { Clock } from '../types/call-options.ts';
import type { Health, TargetHealth, Verdict } from '../types/health.ts';
import { parseHealthMessage, parseStoredVerdict, verdictOf } from './health-message.ts';

/** Time for which a recovery is stored for processes that were disconnected, in milliseconds. */
const RECOVERY_MS = 86_400_000;
/** Time between two attempts to read missed verdicts, in milliseconds. */
const CATCH_UP_RETRY_MS = 1000;

/** Store of the latest verdict on each target, and channel to the other processes. */
export interface HealthBus {
  readonly clock: Clock;
  /** Stores a verdict for `keepMs`, and sends the message to all processes. */
  readonly publish: (entry: {
    readonly target: string;
    readonly verdict: string;
    readonly keepMs: number;
    readonly message: string;
  }) => Promise<unknown>;
  /** Returns the stored verdicts with their remaining time in milliseconds. */
  readonly read: () => Promise<
    readonly { readonly target: string; readonly verdict: string; readonly leftMs: number }[]
  >;
}

/**
 * Shares benches and recoveries with other processes. Messages contain the verdict and its remaining duration, but no failure
 * counts and no timestamps. While the store is down, each process uses its own health data.
 */
export class HealthSharing {
  private readonly bus: HealthBus;
  private readonly health: Pick<Health, 'accept'>;
  private readonly me = crypto.randomUUID();
  /** Targets whose bench is in the store. A stored recovery is newer than such a bench. */
  private readonly storedBenches = new Set<string>();
  /** Number of verdicts that were received or published so far. */
  private verdicts = 0;
  /** Value of `verdicts` after the latest verdict on each target. */
  private readonly latest = new Map<string, number>();
  private cancelRetry: (() => void) | undefined;
  /** Pending messages. They are sent one at a time, because a client's connections may not preserve the order of statements. */
  private sending: Promise<unknown> = Promise.resolve();
  private isOver = false;

  constructor(bus: HealthBus, health: Pick<Health, 'accept'>) {
    this.bus = bus;
    this.health = health;
  }

  /** Listener for `Health.onChange`. Publishes the changes of this process. */
  readonly publish = (target: string, state: TargetHealth, origin: 'local' | 'accepted'): void => {
    if (origin === 'accepted') return;
    this.count(target);
    this.storedBenches.delete(target);
    const verdict = verdictOf(state, this.bus.clock);
    // Probes and ended benches are not shared.
    if (verdict === undefined) return;
    const place = this.verdicts;
    const entry = {
      target,
      verdict: JSON.stringify(verdict),
      keepMs: verdict.state === 'benched' ? verdict.forMs : RECOVERY_MS,
      message: JSON.stringify({ from: this.me, target, verdict }),
    };
    // Ignore the error. Without the message, the other processes detect the failure with their own calls.
    this.sending = this.sending
      .then(() => this.bus.publish(entry))
      .then(() => {
        const isLatest = this.latest.get(target) === place;
        if (isLatest && verdict.state === 'benched') this.storedBenches.add(target);
      })
      .catch(() => undefined);
  };

  /** Listener for messages of all processes. Ignores invalid messages and those of this process. */
  readonly onMessage = (message: string): void => {
    const received = parseHealthMessage(message);
    if (received === undefined || received.from === this.me || this.isOver) return;
    this.count(received.target);
    this.accept(received.target, received.verdict);
  };

  /** Reads the verdicts that were missed. Call it after each connection. Repeats a read that fails after a second. */
  readonly catchUp = async (): Promise<void> => {
    this.cancelRetry?.();
    const before = this.verdicts;
    // Store the verdicts of this process first, so that it does not read the previous ones.
    await this.sending;
    try {
      const entries = this.isOver ? [] : await this.bus.read();
      for (const { target, verdict: text, leftMs } of entries) {
        const verdict = parseStoredVerdict(text, leftMs);
        if (verdict === undefined || this.isOver) continue;
        // A message or a change of this process can overtake the result of the read, which is then older.
        if ((this.latest.get(target) ?? 0) > before) continue;
        // A bench that is not in the store may be newer than a stored recovery.
        if (verdict.state === 'benched' || this.storedBenches.has(target)) this.accept(target, verdict);
      }
    } catch {
      // Reads that overlap have one retry.
      this.cancelRetry?.();
      if (!this.isOver)
        this.cancelRetry = this.bus.clock.timer(CATCH_UP_RETRY_MS, () => void this.catchUp(), {
          isBackground: true,
        });
    }
  };

  /** Ignores later messages, and reads no more verdicts. Resolves when the pending messages are sent. */
  async end(): Promise<void> {
    this.isOver = true;
    this.cancelRetry?.();
    await this.sending;
  }

  private count(target: string): void {
    this.latest.set(target, ++this.verdicts);
  }

  private accept(target: string, verdict: Verdict): void {
    if (verdict.state === 'benched') this.storedBenches.add(target);
    else this.storedBenches.delete(target);
    this.health.accept(target, verdict);
  }
}
