import type { LlmError } from '../contract/llm-error.ts';
import type { Clock } from '../contract/clock.ts';
import type { Health, HealthOptions, TargetHealth, Verdict } from '../contract/health.ts';
import {
  accepted,
  benchedByHand,
  blockedUntil,
  claimed,
  committed,
  failed,
  finished,
  HEALTHY,
  released,
  restored,
  unbenched,
  type Condition,
  type Failure,
  type HealthPolicy,
} from './condition.ts';

type Listener = (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void;

export interface Blocked {
  readonly until: number;
  /** The failure that benched it, where it was one. */
  readonly error: LlmError | undefined;
}

/** Holds every target's condition. Synchronous, in memory, shared by all views of one majordomo. */
export class HealthTracker implements Health {
  private readonly conditions = new Map<string, Condition>();
  private readonly causes = new Map<string, LlmError>();
  private readonly listeners = new Set<Listener>();
  private byHand:
    ((type: 'benched' | 'recovered', target: string, until: number | undefined) => void) | undefined;
  private readonly policy: HealthPolicy;
  private readonly clock: Clock;
  private readonly random: () => number;

  constructor(options: HealthOptions, clock: Clock, random: () => number) {
    this.policy = {
      threshold: options.threshold ?? 2,
      cooldownMs: options.cooldownMs ?? 5000,
      cooldownCapMs: options.cooldownCapMs ?? 300_000,
      retryAfterCapMs: options.retryAfterCapMs ?? 3_600_000,
    };
    this.clock = clock;
    this.random = random;
  }

  // ---- for the chain

  blocked(target: string): Blocked | undefined {
    const condition = this.conditions.get(target);
    if (condition === undefined || condition.state === 'healthy') return undefined;
    const until = blockedUntil(condition, this.clock.now());
    return until === undefined ? undefined : { until, error: this.causes.get(target) };
  }

  /** Right before the call. Returns the attempt's stamp, and whether it is a probe. */
  claim(target: string): { readonly epoch: number; readonly probe: boolean } {
    const before = this.of(target);
    if (before.state === 'healthy') return { epoch: before.epoch, probe: false };
    const after = this.set(target, claimed(before, this.policy, this.clock.now()));
    return { epoch: after.epoch, probe: true };
  }

  /** Returns the attempt's new stamp: its later failure still counts. */
  committed(target: string, epoch: number): number {
    const before = this.of(target);
    return before.epoch === epoch ? this.set(target, committed(before)).epoch : epoch;
  }

  finished(target: string, epoch: number): void {
    const before = this.of(target);
    if (before.epoch === epoch && before !== HEALTHY) this.set(target, finished(before));
  }

  /** Returns until when the failure benched the target, if it did. */
  failed(target: string, epoch: number, failure: Failure, error: LlmError): number | undefined {
    const before = this.of(target);
    if (before.epoch !== epoch) return undefined;
    const after = this.set(target, failed(before, failure, this.policy, this.clock.now()));
    if (after.state !== 'benched') return undefined;
    this.causes.set(target, error);
    return after.until;
  }

  /** An attempt ended without a verdict. */
  released(target: string, epoch: number): void {
    const before = this.of(target);
    if (before.epoch === epoch && before.state === 'probing') this.set(target, released(before));
  }

  // ---- for operators and other processes

  snapshot(): { readonly [target: string]: TargetHealth } {
    return Object.fromEntries([...this.conditions].map(([target, condition]) => [target, shown(condition)]));
  }

  restore(snapshot: { readonly [target: string]: TargetHealth }): void {
    const now = this.clock.now();
    for (const [target, health] of Object.entries(snapshot)) {
      this.set(target, restored(this.of(target), health, this.policy, now));
    }
  }

  bench(target: string, ms: number): void {
    this.causes.delete(target);
    const { until } = this.set(target, benchedByHand(this.of(target), this.clock.now() + ms));
    this.byHand?.('benched', target, until);
  }

  unbench(target: string): void {
    this.set(target, unbenched(this.of(target)));
    this.byHand?.('recovered', target, undefined);
  }

  /** Told of what no call caused. */
  onHand(listener: NonNullable<HealthTracker['byHand']>): void {
    this.byHand = listener;
  }

  /** Ends up to 50 % later at random, so that the first prober frees the others. */
  accept(target: string, verdict: Verdict): void {
    const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 0;
    const before = this.of(target);
    const after = accepted(before, verdict, this.clock.now() + forMs);
    if (after === before) return;
    this.causes.delete(target);
    this.set(target, after, 'accepted');
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private of(target: string): Condition {
    return this.conditions.get(target) ?? HEALTHY;
  }

  private set(target: string, after: Condition, origin: 'local' | 'accepted' = 'local'): Condition {
    const before = this.of(target);
    if (after === before) return after;
    this.conditions.set(target, after);
    if (after.epoch !== before.epoch) this.tell(target, shown(after), origin);
    return after;
  }

  private tell(target: string, health: TargetHealth, origin: 'local' | 'accepted'): void {
    for (const listener of this.listeners) {
      try {
        listener(target, health, origin);
      } catch {
        // A listener must never change the outcome of a call.
      }
    }
  }
}

const shown = ({ state, failures, benches, until }: Condition): TargetHealth => ({
  state,
  failures,
  benches,
  until,
});
