import { LlmError } from '../contract/llm-error.ts';
import { beginAttempt } from './begin-attempt.ts';
import type { Call, ChainDeps } from './call.ts';
import type { Step } from './reading.ts';
import type { CallRecord } from './record.ts';
import type { Route } from './route.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { CallScope } from './scope.ts';

/**
 * An attempt and, when it has shown nothing for a while, another one at the next target: raced until one of them has
 * content, or both have failed. To the call it looks like one attempt.
 */
export class Hedge<Event extends object, Result> {
  /** The one that is still in the race, or has won it. */
  attempt: RunningAttempt<Event, Result>;
  private readonly route: Route<Event, Result>;
  private readonly call: Call<Event, Result>;
  private readonly deps: ChainDeps;
  private readonly scope: CallScope;
  private readonly record: CallRecord;
  private readonly racing = new Set<RunningAttempt<Event, Result>>();
  private isOver = false;
  private end: ((step: Step<Event>) => void) | undefined;
  private cancel: (() => void) | undefined;

  constructor(
    first: RunningAttempt<Event, Result>,
    route: Route<Event, Result>,
    call: Call<Event, Result>,
    deps: ChainDeps,
    scope: CallScope,
    record: CallRecord,
  ) {
    this.attempt = first;
    this.route = route;
    this.call = call;
    this.deps = deps;
    this.scope = scope;
    this.record = record;
  }

  /** What the race comes to: the first content of one attempt, or the failure of the last. */
  read(): Promise<Step<Event>> {
    return new Promise((resolve) => {
      this.end = resolve;
      this.cancel = this.deps.clock.timer(this.call.settings.hedgeAfterMs, () => void this.hedge());
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
      if (step.type === 'failed' && this.racing.size > 1) return this.leave(attempt, step.error);
      return this.decide(attempt, step);
    }
  }

  private async hedge(): Promise<void> {
    const second = await this.second();
    if (second === undefined) return;
    if (this.isOver) await this.late(second);
    else await this.follow(second);
  }

  /** At the next target that can be asked now; a gate that denies it has the last word. */
  private async second(): Promise<RunningAttempt<Event, Result> | undefined> {
    const { call, deps, scope, record } = this;
    try {
      for (const visit of this.route.behind) {
        if (visit.standing.bench() !== undefined) continue;
        const begun = await beginAttempt(visit, call, deps, scope, record, 'unless-benched');
        if ('read' in begun) return begun;
        if (begun.why !== 'denied') continue;
        record.skipped(visit.place, begun);
        return undefined;
      }
    } catch {
      // Whatever keeps a second attempt from beginning, the first one goes on.
    }
    return undefined;
  }

  /** It has failed; the other one goes on alone. */
  private async leave(attempt: RunningAttempt<Event, Result>, cause: unknown): Promise<void> {
    this.racing.delete(attempt);
    for (const left of this.racing) this.attempt = left;
    await this.book(attempt, cause);
  }

  private async decide(winner: RunningAttempt<Event, Result>, step: Step<Event>): Promise<void> {
    this.isOver = true;
    this.cancel?.();
    this.attempt = winner;
    for (const attempt of this.racing) if (attempt !== winner) await this.late(attempt);
    this.end?.(step);
  }

  /** The other one was first: its socket is closed, and nothing is held against it. */
  private async late(attempt: RunningAttempt<Event, Result>): Promise<void> {
    const error = new LlmError('aborted', 'another target was first', { code: 'abandoned' });
    attempt.stop(error);
    await this.book(attempt, error);
  }

  private async book(attempt: RunningAttempt<Event, Result>, cause: unknown): Promise<void> {
    const { reason } = this.scope;
    const error = await attempt.describe(reason ?? cause);
    const benchedUntil = attempt.tellHealth(error, reason === undefined && error.kind !== 'aborted');
    void attempt.failed(error, { type: 'advance' }, benchedUntil);
  }
}
