import type { CallEvent } from '@majordomo/core';

/** Number of consecutive counted failures that bench a target, as configured in the client. */
export const THRESHOLD = 2;

/**
 * Kinds of failures that count against health, from the table in errors.md and not from core. Failures that concern a key
 * (quota, rate-limit) count against the key and are not part of events.
 */
const COUNTED: ReadonlySet<string> = new Set([
  'overloaded',
  'server',
  'timeout',
  'network',
  'protocol',
  'truncated',
  'empty',
]);

/** Maximum time without an event, in milliseconds. After it, the claim of a probe lapses. */
const CLAIM_MS = 8000;

interface Target {
  state: 'healthy' | 'benched' | 'probing';
  failures: number;
  /** Number of state changes. An attempt counts only if the state has not changed since it began, or since its commit. */
  changes: number;
  /** End of the last bench or of the probe's claim, in milliseconds since the epoch. */
  until: number;
}

/**
 * Replays the events of a majordomo, tracks health by the documented rules, and reports differences: a bench without enough
 * failures, enough failures without a bench, and a skip of a target that is not benched. Stores nothing about attempts that
 * have ended.
 */
export class HealthAudit {
  readonly findings: string[] = [];
  benches = 0;
  attempts = 0;
  failures = 0;
  private readonly targets = new Map<string, Target>();
  private readonly stamps = new Map<string, number>();
  /** Attempts that were made before a bench ended. Their failure does not change the bench. */
  private readonly early = new Set<string>();
  /** Call and target whose next attempt is made before its bench ends. */
  private nextEarly: string | undefined;
  /** Target that the next event must bench. */
  private due: string | undefined;

  see(event: CallEvent): void {
    if (this.due !== undefined && !(event.type === 'benched' && event.target === this.due))
      this.find(`${this.due} was not benched by its run of failures`);
    const due = this.due;
    this.due = undefined;
    switch (event.type) {
      case 'attempt-start':
        this.attempts++;
        this.stamps.set(keyOf(event), this.of(event.target).changes);
        if (this.nextEarly === `${event.call.id}/${event.target}`) this.early.add(keyOf(event));
        this.nextEarly = undefined;
        return;
      case 'attempt-end':
        this.ended(event);
        return;
      case 'committed':
        this.committed(event.call.id, event.target);
        return;
      case 'probed':
        if (this.of(event.target).state === 'healthy')
          this.find(`${event.target} was probed but not benched`);
        if (isShut(this.of(event.target))) this.nextEarly = `${event.call?.id}/${event.target}`;
        else {
          this.change(event.target, 'probing');
          this.of(event.target).until = Date.now() + CLAIM_MS;
        }
        return;
      case 'benched':
        this.benches++;
        if (due === undefined) this.find(`${event.target} was benched without a run of failures`);
        this.change(event.target, 'benched');
        this.of(event.target).until = event.until ?? 0;
        return;
      case 'target-skipped':
        if (event.why === 'benched' && this.of(event.target).state === 'healthy')
          this.find(`${event.target} was skipped as benched and was not`);
        return;
      case 'call-start':
      case 'attempt-failed':
      case 'recovered':
      case 'call-end':
        return;
      default:
        event satisfies never;
    }
  }

  /** Number of attempts that began and did not end. */
  get open(): number {
    return this.stamps.size;
  }

  private committed(call: string, name: string): void {
    const target = this.of(name);
    const key = this.runningOn(call, name);
    const ends = target.state === 'probing' || this.early.delete(key);
    if (!ends || this.stamps.get(key) !== target.changes) return;
    this.change(name, 'healthy');
    target.until = 0;
    this.stamps.set(key, target.changes);
  }

  private ended(event: Extract<CallEvent, { type: 'attempt-end' }>): void {
    const { outcome, error, target: name } = event.result;
    const key = `${event.call.id}/${name}/${event.attempt}`;
    const target = this.of(name);
    const counts = this.stamps.get(key) === target.changes;
    this.stamps.delete(key);
    const isEarly = this.early.delete(key);
    if (outcome === 'failed') this.failures++;
    if (!counts || isEarly) return;
    if (outcome === 'finished') target.failures = 0;
    else if (outcome === 'failed' && error !== undefined && COUNTED.has(error.kind)) {
      target.failures++;
      if (target.state === 'probing' || target.failures >= THRESHOLD) this.due = name;
    } else if (target.state === 'probing') {
      this.change(name, 'benched');
      target.until = 0;
    }
  }

  /** Returns the attempt of a call. A call has one attempt at a time. */
  private runningOn(call: string, name: string): string {
    for (let attempt = 1; ; attempt++) {
      const key = `${call}/${name}/${attempt}`;
      if (this.stamps.has(key)) return key;
      if (attempt > 20) {
        this.find(`${name} committed without an attempt`);
        return key;
      }
    }
  }

  private change(name: string, state: Target['state']): void {
    const target = this.of(name);
    target.state = state;
    target.failures = 0;
    target.changes++;
  }

  private of(name: string): Target {
    let target = this.targets.get(name);
    if (target === undefined)
      this.targets.set(name, (target = { state: 'healthy', failures: 0, changes: 0, until: 0 }));
    return target;
  }

  private find(what: string): void {
    if (this.findings.length < 20) this.findings.push(what);
  }
}

/** Whether a target is benched or being probed. It is called only if this applies to every target of the call. */
const isShut = ({ state, until }: Target): boolean => state !== 'healthy' && until > Date.now();

const keyOf = ({ call, target, attempt }: Extract<CallEvent, { type: 'attempt-start' }>): string =>
  `${call.id}/${target}/${attempt}`;
