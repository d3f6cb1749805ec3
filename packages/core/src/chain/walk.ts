import { asLlmError } from '../error/as-llm-error.ts';
import { LlmError, withDetails } from '../contract/llm-error.ts';
import type { StreamEvent } from '../contract/event.ts';
import type { ChatResponse } from '../contract/response.ts';
import type { PartialResponse } from '../contract/llm-error.ts';
import { validate } from '../prepare/validate.ts';
import { abortable } from '../prepare/abortable.ts';
import { Books } from './books.ts';
import type { Call, ChainDeps, Target } from './call.ts';
import { exhausted } from './exhausted.ts';
import { Journal } from './journal.ts';
import { Launcher, type Launched } from './launch.ts';
import { CallScope } from './scope.ts';
import { decide } from './verdict.ts';
import { soonestEnd, untilChange } from './wait.ts';

const NOTHING: readonly StreamEvent[] = [];

/**
 * The walk of one call along its chain, pulled by whoever reads: each pull gives the next events to show. It tries
 * targets in order until one finishes, and after each failure recovers, retries, advances or throws.
 */
export class Walk {
  response: ChatResponse | undefined;
  private readonly call: Call;
  private readonly deps: ChainDeps;
  private readonly journal: Journal;
  private readonly books: Books;
  private readonly launcher: Launcher;
  private readonly scope = new CallScope();
  private readonly deadline: number;
  private targets: readonly Target[] | undefined;
  private at = 0;
  /** Tries of the current target, recoveries not counted. */
  private tries = 0;
  private attempted = false;
  private forced: string | undefined;
  private running: Launched | undefined;
  private delayMs = 0;
  /** Shown content that the consumer still has to be told to drop. */
  private reset: Extract<StreamEvent, { type: 'reset' }> | undefined;
  private lastPartial: PartialResponse | undefined;
  private failure: LlmError | undefined;
  private pulling = false;
  private readonly release: () => void;

  constructor(call: Call, deps: ChainDeps) {
    this.call = call;
    this.deps = deps;
    this.journal = new Journal(call.info, call.emit);
    this.books = new Books(call, deps, this.journal);
    this.launcher = new Launcher(call, deps, this.journal);
    const totalMs = call.settings.timeouts.totalMs ?? 0;
    this.deadline = totalMs > 0 ? deps.clock.now() + totalMs : Infinity;
    this.release = this.listen(totalMs);
  }

  /** The next events to show, never an empty list; `undefined` once `response` is there. Throws the call's error. */
  async pull(): Promise<readonly StreamEvent[] | undefined> {
    if (this.failure !== undefined) throw this.failure;
    if (this.response !== undefined) return undefined;
    this.pulling = true;
    try {
      for (;;) {
        const running = this.running ?? (await this.begin());
        // Nothing is read of the new attempt before the consumer has dropped the old one's content.
        if (this.reset !== undefined) return this.takeReset();
        let shown: readonly StreamEvent[];
        try {
          shown = await running.attempt.step();
        } catch (cause) {
          shown = await this.failed(running, cause);
          if (shown.length > 0) return shown;
          continue;
        }
        const { committed, answer } = running.attempt;
        if (committed && !running.told) this.books.committed(running);
        if (answer.finish !== undefined) await this.finished(running);
        if (shown.length > 0) return shown;
      }
    } catch (cause) {
      throw this.fail(cause);
    } finally {
      this.pulling = false;
    }
  }

  /** The reader left: closes the socket and books the attempt as abandoned. */
  abandon(): void {
    this.stop(new LlmError('aborted', 'the reader left before the end', { code: 'abandoned' }));
  }

  // ---- a finished attempt

  private async finished(running: Launched): Promise<void> {
    this.release();
    await this.books.finished(running);
    const { spec } = this.call.info;
    this.response = running.attempt.answer.response({ spec, attempts: this.journal.attempts });
    this.journal.callEnd('finished', this.response);
  }

  // ---- a failed attempt

  private async failed(running: Launched, cause: unknown): Promise<readonly StreamEvent[]> {
    const { attempt, target } = running;
    const { stopped } = this.scope;
    attempt.close();
    this.running = undefined;
    const error = this.books.describe(stopped ?? cause, running);
    this.lastPartial = error.details.partial ?? this.lastPartial;
    const recovery = error.details.recover;
    const canRecover = this.launcher.canRecover(target.key, recovery);
    const benchedUntil = this.books.judge(running, error, stopped !== undefined || canRecover);
    const verdict = decide(
      {
        error,
        tries: this.tries,
        shown: attempt.committed && this.call.live && !this.call.settings.restart,
        canRecover,
        benched: this.deps.health.blocked(target.key) !== undefined,
        remainingMs: this.deadline - this.deps.clock.now(),
        random: this.deps.random(),
      },
      this.call.settings,
    );
    const settling = this.books.failed(running, error, verdict, benchedUntil);
    if (stopped === undefined) await settling;
    if (attempt.committed && this.call.live) this.reset = { type: 'reset', target: target.key, error };
    switch (verdict.type) {
      case 'throw':
        throw error;
      case 'advance':
        this.advance();
        return NOTHING;
      case 'retry':
        this.delayMs = verdict.delayMs;
        return this.takeReset();
      case 'recover':
        if (recovery !== undefined) this.launcher.recover(target.key, recovery, error.message);
        this.tries--;
        return this.takeReset();
      default:
        return verdict satisfies never;
    }
  }

  private takeReset(): readonly StreamEvent[] {
    const { reset } = this;
    this.reset = undefined;
    return reset === undefined ? NOTHING : [reset];
  }

  // ---- on to the next attempt

  private async begin(): Promise<Launched> {
    const { scope } = this;
    if (this.targets === undefined) {
      if (this.call.signal?.aborted === true) this.abort();
      scope.throwIfStopped();
      validate(this.call.request);
      const targets = this.call.resolve(scope);
      this.targets = targets instanceof Promise ? await abortable(targets, scope.signal) : targets;
      this.journal.callStart(this.targets.map(({ key }) => key));
    }
    if (this.delayMs > 0) {
      const { delayMs } = this;
      this.delayMs = 0;
      await this.deps.clock.sleep(delayMs, scope.signal);
    }
    for (;;) {
      const target = this.targets[this.at];
      if (target === undefined) {
        await this.noneLeft(this.targets);
        continue;
      }
      const launched = await this.launcher.launch(target, scope, this.forced === target.key);
      if ('attempt' in launched) {
        this.running = launched;
        // Stopped while the gates were asked: it ends before it opens a connection.
        if (scope.stopped !== undefined) launched.attempt.stop(scope.stopped);
        this.attempted = true;
        this.tries++;
        return launched;
      }
      this.journal.skipped(target.key, launched.why, launched.error, launched.until);
      if (!launched.advance) throw launched.error;
      this.advance();
    }
  }

  private advance(): void {
    this.at++;
    this.tries = 0;
  }

  /** Every target was passed over or has failed: what `whenAllBenched` says, else the end. */
  private async noneLeft(targets: readonly Target[]): Promise<void> {
    const { health, clock } = this.deps;
    const { whenAllBenched } = this.call.settings;
    const soonest = soonestEnd(targets, health);
    if (this.attempted || soonest === undefined || whenAllBenched === 'fail' || this.forced !== undefined) {
      const waitMs = soonest === undefined ? undefined : Math.max(0, soonest.until - clock.now());
      throw exhausted(this.call.info.spec, this.journal.attempts, this.lastPartial, waitMs);
    }
    if (whenAllBenched === 'try-soonest') {
      this.forced = soonest.key;
      this.at = targets.findIndex(({ key }) => key === soonest.key);
      return;
    }
    await untilChange(targets, soonest.until, this.deps, this.scope.signal);
    this.journal.forgetSkips();
    this.at = 0;
  }

  // ---- the end

  private abort(): void {
    this.stop(new LlmError('aborted', 'the call was aborted', {}, { cause: this.call.signal?.reason }));
  }

  /** Ends the call from outside: abort, deadline, or a reader that left. */
  private stop(error: LlmError): void {
    if (this.scope.stopped !== undefined || this.failure !== undefined || this.response !== undefined) return;
    this.scope.stop(error);
    this.running?.attempt.stop(error);
    // With nobody pulling, nobody else would do the bookkeeping.
    if (!this.pulling) void this.settleStopped(error);
  }

  private async settleStopped(error: LlmError): Promise<void> {
    try {
      if (this.running !== undefined) await this.failed(this.running, error);
      else throw error;
    } catch (cause) {
      this.fail(cause);
    }
  }

  private fail(cause: unknown): LlmError {
    if (this.failure !== undefined) return this.failure;
    this.release();
    const error =
      this.scope.stopped !== undefined && !LlmError.is(cause)
        ? this.scope.stopped
        : asLlmError(cause, this.call.info.spec);
    const partial = error.details.partial ?? this.lastPartial;
    const failure = withDetails(error, { attempts: this.journal.attempts, partial });
    this.failure = failure;
    if (failure.details.code === 'abandoned') this.journal.callEnd('abandoned', undefined, failure);
    else this.journal.callEnd('failed', undefined, failure);
    return failure;
  }

  private listen(totalMs: number): () => void {
    const { signal } = this.call;
    const onAbort = (): void => {
      this.abort();
    };
    const cancel =
      totalMs > 0
        ? this.deps.clock.timer(totalMs, () => {
            const message = `the call did not finish within ${totalMs} ms`;
            this.stop(new LlmError('timeout', message, { phase: 'total' }));
          })
        : undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    return () => {
      cancel?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }
}
