import { withCallSite } from '../errors/call-site.ts';
import { asLlmError } from '../errors/normalize.ts';
import type { StreamEvent } from '../types/events.ts';
import { LlmError, type PartialResponse, withDetails } from '../types/llm-error.ts';
import { abortable } from '../util/async.ts';
import type { Step } from './attempt-reader.ts';
import { beginAttempt, type RunningAttempt } from './attempt.ts';
import { CallRecord } from './call-log.ts';
import type { Call, ChainDeps } from './call.ts';
import { CallScope } from './call-scope.ts';
import { Hedge } from './hedge.ts';
import { noneLeft } from './no-target-left.ts';
import { Route } from './chain.ts';
import { type Verdict, verdictOn } from './verdict.ts';

type Reset = Extract<StreamEvent, { type: 'reset' }>;
type Continued = Extract<StreamEvent, { type: 'continued' }>;

/**
 * One call along its chain, pulled by whoever reads: each pull gives the next events to show. It tries targets in
 * order until one finishes, and after each failure recovers, retries, advances or throws.
 */
export class CallRun<Event extends object, Result> {
  /** There once the call has finished. */
  result: Result | undefined;
  private readonly call: Call<Event, Result>;
  private readonly deps: ChainDeps;
  private readonly record: CallRecord;
  private readonly scope: CallScope;
  private route: Route<Event, Result> | undefined;
  private running: RunningAttempt<Event, Result> | Hedge<Event, Result> | undefined;
  /** To be slept before the next attempt, in ms. */
  private pauseMs = 0;
  /** Shown content that the consumer still has to be told to drop. */
  private reset: Reset | undefined;
  /** Shown content that the next attempt continues from: told with its first content. */
  private broken: Pick<Continued, 'from' | 'error'> | undefined;
  private lastPartial: PartialResponse | undefined;
  private failure: LlmError | undefined;
  private isPulled = false;
  /** Finished, but its last events are still to be read. */
  private endIsUntold = false;

  constructor(call: Call<Event, Result>, deps: ChainDeps) {
    this.call = call;
    this.deps = deps;
    this.record = new CallRecord(call.info, call.emit);
    this.scope = new CallScope(call.signal, call.settings.timeouts.totalMs, deps.clock, (error) => {
      this.stopped(error);
    });
  }

  /** The next events to show, never an empty list; `undefined` once `result` is there. Throws the call's error. */
  async pull(): Promise<readonly (Event | Reset | Continued)[] | undefined> {
    if (this.failure !== undefined) throw this.failure;
    if (this.result !== undefined) {
      this.tellEnd();
      return undefined;
    }
    this.isPulled = true;
    try {
      for (;;) {
        const running = this.running ?? (await this.next());
        // Nothing is read of the new attempt before the consumer has dropped the old one's content.
        if (this.reset !== undefined) return this.takeReset();
        const step = await running.read();
        const attempt = this.winner(running);
        const shown = step.type === 'events' ? this.show(attempt, step) : await this.ended(attempt, step);
        if (shown.length > 0) return shown;
      }
    } catch (cause) {
      throw this.fail(cause);
    } finally {
      this.isPulled = false;
      // Stopped while the last events were on their way out: nobody may pull again.
      if (this.scope.reason !== undefined) void this.settleStopped(this.scope.reason);
    }
  }

  /** The reader left: closes the socket and books the attempt as abandoned. */
  abandon(why: string): void {
    this.tellEnd();
    this.scope.stop(new LlmError('aborted', why, { code: 'abandoned' }));
  }

  // ---- the next attempt

  /** Resolves once; then, from target to target: may it be tried, and does it begin? */
  private async next(): Promise<RunningAttempt<Event, Result> | Hedge<Event, Result>> {
    const route = (this.route ??= await this.resolve());
    if (this.pauseMs > 0) await this.pause();
    for (;;) {
      const visit = route.current;
      if (visit === undefined) {
        await noneLeft(route, this.call, this.deps, this.scope, this.record, this.lastPartial);
        continue;
      }
      const begun = await beginAttempt(visit, this.call, this.deps, this.scope, this.record, route.mode);
      if ('read' in begun) {
        this.running = begun;
        if (this.call.settings.hedgeAfterMs < Infinity) this.running = this.hedged(begun, route);
        // Stopped while the gates were asked: it ends before it opens a connection.
        if (this.scope.reason !== undefined) begun.stop(this.scope.reason);
        return this.running;
      }
      this.record.skipped(visit.place, begun);
      if (!begun.advance) throw begun.error;
      route.advance();
    }
  }

  /** Where it is asked for, and there is another target, that one is asked too once the first is silent for too long. */
  private hedged(
    first: RunningAttempt<Event, Result>,
    route: Route<Event, Result>,
  ): RunningAttempt<Event, Result> | Hedge<Event, Result> {
    if (route.isAtEnd) return first;
    const { call, deps, scope, record } = this;
    return new Hedge(first, {
      afterMs: call.settings.hedgeAfterMs,
      clock: deps.clock,
      route,
      scope,
      record,
      begin: (visit, isWanted) => beginAttempt(visit, call, deps, scope, record, 'unless-benched', isWanted),
    });
  }

  /** What is left of a race continues alone. */
  private winner(
    running: RunningAttempt<Event, Result> | Hedge<Event, Result>,
  ): RunningAttempt<Event, Result> {
    const { attempt } = running;
    if (attempt === running) return attempt;
    this.route?.goTo(attempt.visit);
    if (this.running !== undefined) this.running = attempt;
    return attempt;
  }

  private async resolve(): Promise<Route<Event, Result>> {
    const { call, scope } = this;
    scope.throwIfStopped();
    call.operation.validate();
    const places = await abortable(call.resolve(scope), scope.signal);
    this.record.callStart(places.map(({ key }) => key));
    return new Route(places, call, this.deps);
  }

  private async pause(): Promise<void> {
    const { pauseMs } = this;
    this.pauseMs = 0;
    await this.deps.clock.sleep(pauseMs, this.scope.signal);
  }

  // ---- what came of it

  /** The last events, or what a failure leaves to show. */
  private async ended(
    attempt: RunningAttempt<Event, Result>,
    step: Exclude<Step<Event>, { type: 'events' }>,
  ): Promise<readonly (Event | Reset | Continued)[]> {
    if (step.type === 'failed') return this.failed(attempt, step.error);
    const shown = this.show(attempt, step);
    await this.finished(attempt);
    return shown;
  }

  private async finished(attempt: RunningAttempt<Event, Result>): Promise<void> {
    this.running = undefined;
    await this.settled(attempt.finished());
    this.scope.release();
    const { spec } = this.call.info;
    this.result = attempt.answer.result({ spec, attempts: this.record.attempts });
    this.endIsUntold = true;
    this.call.onEnd?.({ result: this.result });
  }

  /** Observers hear of the end once the reader has had the last events, or has left: nothing follows it. */
  private tellEnd(): void {
    if (!this.endIsUntold) return;
    this.endIsUntold = false;
    this.record.callEnd('finished', this.result);
  }

  /** Health hears of it, the verdict is spoken, the books are closed; then the verdict is carried out. */
  private async failed(
    attempt: RunningAttempt<Event, Result>,
    cause: unknown,
  ): Promise<readonly (Event | Reset)[]> {
    const { visit } = attempt;
    const { settings } = visit;
    const { reason } = this.scope;
    this.running = undefined;
    const error = attempt.describe(reason ?? cause);
    this.lastPartial = error.details.partial ?? this.lastPartial;
    const recovered = visit.recovered(error);
    const benchedUntil = attempt.tellHealth(error, reason === undefined && recovered === undefined);
    const verdict = verdictOn(
      {
        error,
        canRecover: recovered !== undefined,
        tries: visit.tries,
        wasShown: attempt.isCommitted && this.call.live && settings.afterCommit === 'error',
        isBenched: visit.standing.bench() !== undefined,
        remainingMs: this.scope.remainingMs(),
        random: this.deps.random(),
      },
      settings,
    );
    await this.settled(attempt.failed(error, verdict, benchedUntil));
    if (attempt.isCommitted && this.call.live) this.handOver(attempt, error, verdict);
    if (verdict.type === 'recover' && recovered !== undefined) visit.recover(recovered);
    return this.carryOut(verdict, error);
  }

  /** What was shown is gone on from where that can be done; otherwise the consumer is told to drop it. */
  private handOver(
    { answer, visit }: RunningAttempt<Event, Result>,
    error: LlmError,
    verdict: Verdict,
  ): void {
    const { operation, settings } = this.call;
    const from = visit.place.key;
    const goesOn = verdict.type !== 'throw' && settings.afterCommit === 'continue';
    const rest = goesOn ? operation.continued?.({ from, error, parts: answer.shown() }) : undefined;
    this.broken = rest && { from, error };
    this.reset = rest === undefined ? { type: 'reset', target: from, error } : undefined;
    if (goesOn) this.route?.ask(rest ?? operation);
  }

  /** Waits for permits to be settled, unless the call is stopped meanwhile: what happened stays as it is. */
  private async settled(settling: Promise<void> | undefined): Promise<void> {
    const { scope } = this;
    if (settling === undefined || scope.reason !== undefined) return;
    await abortable(settling, scope.signal).catch(() => undefined);
  }

  private carryOut(verdict: Verdict, error: LlmError): readonly Reset[] {
    switch (verdict.type) {
      case 'throw':
        throw error;
      case 'advance':
        this.route?.advance();
        // Whether there is another attempt is not certain yet: the reset waits for it.
        return [];
      case 'retry':
        this.pauseMs = verdict.delayMs;
        return this.takeReset();
      case 'recover':
        return this.takeReset();
      default:
        return verdict satisfies never;
    }
  }

  /** The first content is told before it is shown. */
  private show(
    attempt: RunningAttempt<Event, Result>,
    { events }: { readonly events: readonly Event[] },
  ): readonly (Event | Continued)[] {
    if (!attempt.isCommitted) return events;
    attempt.tellCommitted();
    const { broken } = this;
    if (broken === undefined) return events;
    this.broken = undefined;
    return [{ type: 'continued', ...broken, target: attempt.visit.place.key }, ...events];
  }

  private takeReset(): readonly Reset[] {
    const { reset } = this;
    this.reset = undefined;
    return reset === undefined ? [] : [reset];
  }

  // ---- the end from outside

  /** Abort, deadline, or a reader that left. */
  private stopped(error: LlmError): void {
    this.running?.stop(error);
    // With nobody pulling, nobody else would do the bookkeeping.
    if (!this.isPulled) void this.settleStopped(error);
  }

  private async settleStopped(error: LlmError): Promise<void> {
    if (this.failure !== undefined || this.result !== undefined) return;
    try {
      if (this.running !== undefined) await this.failed(this.running.attempt, error);
      else throw error;
    } catch (cause) {
      this.fail(cause);
    }
  }

  private fail(cause: unknown): LlmError {
    this.scope.release();
    const { reason } = this.scope;
    const error =
      reason !== undefined && !LlmError.is(cause) ? reason : asLlmError(cause, this.call.info.spec);
    // The first failure stands.
    return (this.failure ??= this.end(error));
  }

  private end(error: LlmError): LlmError {
    const partial = error.details.partial ?? this.lastPartial;
    const failure = withCallSite(
      this.call.site,
      withDetails(error, { attempts: this.record.attempts, partial }),
    );
    const { code } = failure.details;
    this.record.callEnd(code === 'abandoned' ? code : 'failed', undefined, failure);
    this.call.onEnd?.({ error: failure });
    return failure;
  }
}
