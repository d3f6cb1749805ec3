import { decisionFor } from '../errors/policy.ts';
import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import type { Step } from './attempt-reader.ts';
import type { RunningAttempt } from './attempt.ts';
import type { CallRecord, PassedOver } from './call-log.ts';
import type { CallScope } from './call-scope.ts';
import type { Route } from './chain.ts';
import type { TargetState } from './target-state.ts';

export interface HedgeOptions<Event extends object, Result> {
  readonly afterMs: number;
  readonly clock: Clock;
  readonly route: Route<Event, Result>;
  readonly scope: CallScope;
  readonly record: CallRecord;
  /** Begins an attempt at a target, should it not be passed over, and still be wanted once the gates have answered. */
  begin(
    visit: TargetState<Event, Result>,
    isWanted: () => boolean,
  ): Promise<RunningAttempt<Event, Result> | PassedOver>;
}

/**
 * An attempt and, when it has shown nothing for a while, another one at the next target: raced until one of them has
 * content, or both have failed. To the call it looks like one attempt.
 */
export class Hedge<Event extends object, Result> {
  /** The one that is still in the race, or has won it. */
  attempt: RunningAttempt<Event, Result>;
  private readonly options: HedgeOptions<Event, Result>;
  private readonly racing = new Set<RunningAttempt<Event, Result>>();
  private isOver = false;
  private end: ((step: Step<Event>) => void) | undefined;
  private cancel: (() => void) | undefined;

  constructor(first: RunningAttempt<Event, Result>, options: HedgeOptions<Event, Result>) {
    this.attempt = first;
    this.options = options;
  }

  /** What the race comes to: the first content of one attempt, or the failure of the last. */
  read(): Promise<Step<Event>> {
    const { clock, afterMs } = this.options;
    return new Promise((resolve) => {
      this.end = resolve;
      this.cancel = clock.timer(afterMs, () => void this.hedge());
      void this.follow(this.attempt);
    });
  }

  stop(error: LlmError): void {
    for (const attempt of new Set([this.attempt, ...this.racing])) attempt.stop(error);
  }

  /** Reads one attempt until there is something to tell. */
  private async follow(attempt: RunningAttempt<Event, Result>): Promise<void> {
    this.racing.add(attempt);
    for (;;) {
      const step = await attempt.read();
      if (this.isOver) return;
      if (step.type === 'events' && step.events.length === 0) continue;
      if (step.type === 'failed' && this.racing.size > 1) this.leave(attempt, step.error);
      else this.decide(attempt, step);
      return;
    }
  }

  private async hedge(): Promise<void> {
    const second = await this.second();
    if (second === undefined) return;
    if (this.isOver) this.late(second);
    else await this.follow(second);
  }

  /** At the next target that can be asked now; a gate that denies it has the last word. */
  private async second(): Promise<RunningAttempt<Event, Result> | undefined> {
    const { route, record, scope } = this.options;
    try {
      for (const visit of route.behind) {
        if (visit.isSpent || visit.standing.bench() !== undefined) continue;
        const begun = await this.options.begin(visit, () => !this.isOver && scope.reason === undefined);
        if ('read' in begun) return begun;
        if (this.isOver) return undefined;
        if (begun.why !== 'denied') continue;
        record.skipped(visit.place, begun);
        return undefined;
      }
    } catch {
      // Whatever keeps a second attempt from beginning, the first one continues.
    }
    return undefined;
  }

  /** It has failed; the other one continues alone. */
  private leave(attempt: RunningAttempt<Event, Result>, cause: unknown): void {
    this.racing.delete(attempt);
    for (const left of this.racing) this.attempt = left;
    const { visit } = attempt;
    const { kind } = this.book(attempt, cause);
    const { attempts, policy } = visit.settings;
    visit.isSpent = visit.tries >= attempts || !decisionFor(kind, policy).retry;
  }

  private decide(winner: RunningAttempt<Event, Result>, step: Step<Event>): void {
    this.isOver = true;
    this.cancel?.();
    this.attempt = winner;
    for (const attempt of this.racing) if (attempt !== winner) this.late(attempt);
    this.end?.(step);
  }

  /** The other one was first: its socket is closed, and nothing is held against it. */
  private late(attempt: RunningAttempt<Event, Result>): void {
    const error = new LlmError('aborted', 'another target was first', { code: 'abandoned' });
    attempt.stop(error);
    this.book(attempt, error);
  }

  private book(attempt: RunningAttempt<Event, Result>, cause: unknown): LlmError {
    const { reason } = this.options.scope;
    const error = attempt.describe(reason ?? cause);
    const benchedUntil = attempt.tellHealth(error, reason === undefined && error.kind !== 'aborted');
    void attempt.failed(error, { type: 'advance' }, benchedUntil);
    return error;
  }
}
