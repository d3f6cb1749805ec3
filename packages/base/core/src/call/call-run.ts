import { withCallSite } from '../errors/call-site.ts';
import { asLlmError } from '../errors/error-kind.ts';
import type { StreamEvent } from '../types/response.ts';
import { LlmError, type PartialResponse, withDetails } from '../types/llm-error.ts';
import { abortable } from '../util/async.ts';
import type { Step } from './attempt-reader.ts';
import { Attempt, beginAttempt } from './attempt.ts';
import { CallLog } from './call-log.ts';
import { CallScope } from './call-scope.ts';
import type { Call, CallContext, ChainDeps } from './contract.ts';
import { Chain } from './chain.ts';
import { waitForRetry } from './health-wait.ts';
import { Hedge } from './hedge.ts';
import { continueOrThrow } from './no-target-left.ts';

type Reset = Extract<StreamEvent, { type: 'reset' }>;
type Continued = Extract<StreamEvent, { type: 'continued' }>;
type CallerEvents<Event> = readonly (Event | Reset | Continued)[];

/**
 * Run of one call along its chain. Each pull returns the next events for the caller. The call tries its targets in order until
 * one succeeds. After each failure, the call recovers, retries, advances to the next target, or throws.
 */
export class CallRun<Event extends object, Result> {
  /** Result of the call. Set when the call has finished. */
  result: Result | undefined;
  private readonly context: CallContext<Event, Result>;
  /** Set when the targets are resolved, before the first attempt. */
  private chain: Chain<Event, Result> | undefined;
  /** Attempt or race that is being read; `undefined` between two attempts, and after the call has ended. */
  private running: Attempt<Event, Result> | Hedge<Event, Result> | undefined;
  /** Time to wait before the next attempt, in milliseconds. */
  private retryDelayMs = 0;
  /** Event that makes the caller discard the content that it has read. The event is emitted before the next attempt is read. */
  private reset: Reset | undefined;
  /** Failure after which the next attempt continues the answer. The event `continued` reports the failure. */
  private interruption: Pick<Continued, 'from' | 'error'> | undefined;
  /** Content of the last failed attempt that sent any, for an error of the call that has none itself. */
  private lastPartial: PartialResponse | undefined;
  /** Error of the call. Set when the call has failed. */
  private failure: LlmError | undefined;
  /** Whether a `pull` is running, which then reports the end of the call. */
  private isBeingPulled = false;
  /** End of a call that was stopped while no `pull` was running. */
  private stopping: Promise<void> | undefined;
  /** Whether the call has finished, but its end has not been reported, because the caller has not read the last events. */
  private hasUnreportedEnd = false;

  constructor(call: Call<Event, Result>, deps: ChainDeps) {
    const { totalMs } = call.settings.timeouts;
    const onStop = (error: LlmError): void => {
      this.onStop(error);
    };
    const scope = new CallScope(call.signal, totalMs, deps.clock, onStop);
    this.context = { call, deps, scope, log: new CallLog(call.info, call.emit) };
  }

  /** Returns at least one event, or `undefined` after the last event of a finished call. Throws the error of the call. */
  async pull(): Promise<CallerEvents<Event> | undefined> {
    // Wait for the end of a stopped call, because its error contains the content that arrived.
    if (this.stopping !== undefined) await this.stopping;
    if (this.failure !== undefined) throw this.failure;
    if (this.result !== undefined) {
      this.reportEnd();
      return undefined;
    }
    this.isBeingPulled = true;
    const { scope } = this.context;
    try {
      for (;;) {
        const running = this.running ?? (await this.beginNext());
        // Emit the reset first, so that the caller discards the old content before the new attempt is read.
        if (this.reset !== undefined) return this.takeReset();
        const step = await running.readStep();
        const events = await this.process(this.continuing(running), step);
        if (events.length > 0) return events;
      }
    } catch (cause) {
      throw this.fail(cause);
    } finally {
      this.isBeingPulled = false;
      // Report the end of a call that was stopped during this pull, because the caller may not pull again.
      if (scope.reason !== undefined) void this.endStopped(scope.reason);
    }
  }

  /** Ends the call because the caller stopped reading. Aborts the request and records the attempt as abandoned. */
  abandon(why: string): void {
    this.reportEnd();
    this.context.scope.stop(new LlmError('aborted', why, { code: 'abandoned' }));
  }

  // ---- Begin the next attempt

  /** Begins an attempt at the first target that is not skipped, starting with the current target. */
  private async beginNext(): Promise<Attempt<Event, Result> | Hedge<Event, Result>> {
    const { call, deps, scope, log } = this.context;
    const chain = (this.chain ??= await this.resolve());
    const { retryDelayMs } = this;
    this.retryDelayMs = 0;
    if (retryDelayMs > 0) await waitForRetry(retryDelayMs, chain, deps, scope.signal);
    for (;;) {
      const state = chain.current;
      if (state === undefined) {
        await continueOrThrow(chain, this.context);
        continue;
      }
      const attemptOrSkip = await beginAttempt(state, this.context, chain.mode);
      if (attemptOrSkip instanceof Attempt) {
        const isHedged = call.settings.hedgeAfterMs < Infinity;
        this.running = isHedged ? new Hedge(attemptOrSkip, chain, this.context) : attemptOrSkip;
        // If the call was stopped while the gates decided, the attempt fails before it sends a request.
        if (scope.reason !== undefined) attemptOrSkip.stop(scope.reason);
        return this.running;
      }
      log.targetSkipped(state.target, attemptOrSkip);
      if (!attemptOrSkip.advance) throw attemptOrSkip.error;
      chain.advance();
    }
  }

  private async resolve(): Promise<Chain<Event, Result>> {
    const { call, deps, scope, log } = this.context;
    scope.throwIfStopped();
    call.operation.validate();
    const targets = await abortable(call.resolve(scope), scope.signal);
    log.callStart(targets.map(({ key }) => key));
    return new Chain(targets, call, deps);
  }

  // ---- Process the steps of an attempt

  /** Returns the attempt with which the call continues. After a race, this is the attempt that won. */
  private continuing(running: Attempt<Event, Result> | Hedge<Event, Result>): Attempt<Event, Result> {
    const { attempt } = running;
    this.chain?.goTo(attempt.state);
    this.running = attempt;
    return attempt;
  }

  /** Returns the events of the attempt or, after a failure, at most one `reset`. Throws if the failure ends the call. */
  private async process(attempt: Attempt<Event, Result>, step: Step<Event>): Promise<CallerEvents<Event>> {
    if (step.type === 'failed') return this.processFailure(attempt, step.error);
    const events = this.show(attempt, step.events);
    if (step.type === 'finished') await this.finish(attempt);
    return events;
  }

  /** Reports the commit. Returns the events, with `continued` before the first content of an attempt that continues an answer. */
  private show(attempt: Attempt<Event, Result>, events: readonly Event[]): CallerEvents<Event> {
    if (!attempt.isCommitted) return events;
    attempt.reportCommit();
    const { interruption } = this;
    if (interruption === undefined) return events;
    this.interruption = undefined;
    return [{ type: 'continued', ...interruption, target: attempt.state.target.key }, ...events];
  }

  private async processFailure(attempt: Attempt<Event, Result>, cause: unknown): Promise<readonly Reset[]> {
    this.running = undefined;
    const { error, verdict } = await attempt.fail(cause);
    this.lastPartial = error.details.partial ?? this.lastPartial;
    if (verdict.type === 'throw') throw error;
    if (attempt.isCommitted && this.context.call.isStreamed) this.replaceShown(attempt, error);
    switch (verdict.type) {
      case 'advance':
        this.chain?.advance();
        // Do not emit the reset before the next attempt has begun. If none begins, the caller keeps the content that it has read.
        return [];
      case 'retry':
        this.retryDelayMs = verdict.delayMs;
        this.chain?.endForce();
        return this.takeReset();
      case 'recover':
        // Unlike a retry, the changed request keeps the permission of `force`, because the bench that it ignores may still exist.
        return this.takeReset();
      default:
        return verdict satisfies never;
    }
  }

  /** Prepares to continue the content that the caller has read. If this is not possible, the caller must discard that content. */
  private replaceShown({ answer, state }: Attempt<Event, Result>, error: LlmError): void {
    const { operation, settings } = this.context.call;
    const from = state.target.key;
    const mayContinue = settings.afterCommit === 'continue';
    const rest = mayContinue ? operation.continueFrom?.({ from, error, parts: answer.shown() }) : undefined;
    this.interruption = rest && { from, error };
    this.reset = rest === undefined ? { type: 'reset', target: from, error } : undefined;
    // Without a rest, the original operation replaces one that an earlier failure has set.
    if (mayContinue) this.chain?.setOperation(rest ?? operation);
  }

  private takeReset(): readonly Reset[] {
    const { reset } = this;
    this.reset = undefined;
    return reset === undefined ? [] : [reset];
  }

  // ---- End the call

  private async finish(attempt: Attempt<Event, Result>): Promise<void> {
    const { call, scope, log } = this.context;
    this.running = undefined;
    await attempt.finish();
    scope.release();
    this.result = attempt.answer.result({ spec: call.info.spec, attempts: log.attempts });
    this.hasUnreportedEnd = true;
    // A reader that aborts may not read again.
    call.signal?.addEventListener('abort', this.reportEnd, { once: true });
    if (call.signal?.aborted === true) this.reportEnd();
    call.onEnd?.({ result: this.result });
  }

  /** Reports the end of a finished call when its reader has read the last events, has stopped reading or has aborted. */
  private readonly reportEnd = (): void => {
    if (!this.hasUnreportedEnd) return;
    this.hasUnreportedEnd = false;
    const { call, log } = this.context;
    call.signal?.removeEventListener('abort', this.reportEnd);
    log.callEnd('finished', this.result);
  };

  /** Ends the call on an abort, at the deadline, or when the reader stops reading. */
  private onStop(error: LlmError): void {
    this.running?.stop(error);
    if (!this.isBeingPulled) this.stopping = this.endStopped(error);
  }

  /** Ends a stopped call while no `pull` is running that could throw the error. */
  private async endStopped(error: LlmError): Promise<void> {
    if (this.failure !== undefined || this.result !== undefined) return;
    try {
      if (this.running !== undefined) await this.processFailure(this.running.attempt, error);
      else throw error;
    } catch (cause) {
      this.fail(cause);
    }
  }

  /** Ends the call with an error. Later errors are ignored. */
  private fail(cause: unknown): LlmError {
    const { call, scope, log } = this.context;
    scope.release();
    if (this.failure !== undefined) return this.failure;
    // After a stop, a function that observes the signal may throw any error. The reason of the stop is then the error of the call.
    const isForeign = scope.reason !== undefined && !LlmError.is(cause);
    const error = asLlmError(isForeign ? scope.reason : cause, call.info.spec);
    const details = { attempts: log.attempts, partial: error.details.partial ?? this.lastPartial };
    const failure = withCallSite(call.site, withDetails(error, details));
    this.failure = failure;
    const { code } = failure.details;
    log.callEnd(code === 'abandoned' ? code : 'failed', undefined, failure);
    call.onEnd?.({ error: failure });
    return failure;
  }
}

/** Pulls a call to its end and returns the result. */
export async function runToEnd<Event extends object, Result>(call: CallRun<Event, Result>): Promise<Result> {
  while ((await call.pull()) !== undefined);
  if (call.result === undefined) throw new LlmError('protocol', 'the call ended without a result');
  return call.result;
}
