import type { LlmError } from '../types/llm-error.ts';
import type { Step } from './attempt-reader.ts';
import { Attempt, beginAttempt } from './attempt.ts';
import type { CallContext } from './contract.ts';
import type { Chain } from './chain.ts';
import type { TargetState } from './target-state.ts';

/**
 * Race of an attempt with a second attempt at a later target. The second attempt starts when the first has sent no content for
 * `hedgeAfterMs`. If an attempt fails and a changed request may succeed, another attempt at its target replaces it. The race ends
 * when an attempt sends content or no attempt is left. The call reads the race like an attempt.
 */
export class Hedge<Event extends object, Result> {
  /** Attempt that is still racing or has won. */
  attempt: Attempt<Event, Result>;
  private readonly chain: Chain<Event, Result>;
  private readonly context: CallContext<Event, Result>;
  private readonly racing = new Set<Attempt<Event, Result>>();
  private isOver = false;
  /** Settles `readStep`. */
  private resolve: ((step: Step<Event>) => void) | undefined;
  /** Cancels the start of the second attempt. */
  private cancelTimer: (() => void) | undefined;

  constructor(
    first: Attempt<Event, Result>,
    chain: Chain<Event, Result>,
    context: CallContext<Event, Result>,
  ) {
    this.attempt = first;
    this.chain = chain;
    this.context = context;
  }

  /** Reads the first content of an attempt, or the failure of the last one. Called once, because the call then reads `attempt`. */
  readStep(): Promise<Step<Event>> {
    const { call, deps } = this.context;
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.cancelTimer = deps.clock.timer(
        call.settings.hedgeAfterMs,
        () => void this.startAt(this.chain.next),
      );
      void this.follow(this.attempt);
    });
  }

  stop(error: LlmError): void {
    for (const attempt of new Set([this.attempt, ...this.racing])) attempt.stop(error);
  }

  /** Reads one attempt until the attempt sends content, finishes or fails. */
  private async follow(attempt: Attempt<Event, Result>): Promise<void> {
    this.racing.add(attempt);
    for (;;) {
      const step = await attempt.readStep();
      // The other attempt has won, and `endWith` has ended this one.
      if (this.isOver) return;
      if (step.type === 'events' && step.events.length === 0) continue;
      // An attempt that is still being prepared is not in `racing`. The race then ends with this failure, and `startAt` drops that attempt.
      if (step.type === 'failed' && this.racing.size > 1) {
        this.racing.delete(attempt);
        // At most two attempts race at a time, so one remains.
        for (const other of this.racing) this.attempt = other;
        if (attempt.failInRace(step.error)) await this.startAt([attempt.state]);
      } else this.endWith(attempt, step);
      return;
    }
  }

  /** Begins another attempt and adds it to the race. */
  private async startAt(states: readonly TargetState<Event, Result>[]): Promise<void> {
    const other = await this.beginAt(states);
    if (other === undefined) return;
    if (this.isOver) other.loseRace();
    else await this.follow(other);
  }

  /**
   * Begins an attempt at the first available target. Returns `undefined` if none is available or a gate denies the attempt. The
   * second attempt is optional, so a denial is not followed by requests for further targets.
   */
  private async beginAt(
    states: readonly TargetState<Event, Result>[],
  ): Promise<Attempt<Event, Result> | undefined> {
    const { scope, log } = this.context;
    const isStillWanted = (): boolean => !this.isOver && scope.reason === undefined;
    try {
      for (const state of states) {
        if (state.hasFailedInRace) continue;
        const attemptOrSkip = await beginAttempt(state, this.context, 'unless-benched', isStillWanted);
        if (attemptOrSkip instanceof Attempt) return attemptOrSkip;
        if (this.isOver) return undefined;
        if (attemptOrSkip.why !== 'denied') continue;
        log.targetSkipped(state.target, attemptOrSkip);
        return undefined;
      }
    } catch {
      // The other attempt continues alone.
    }
    return undefined;
  }

  private endWith(winner: Attempt<Event, Result>, step: Step<Event>): void {
    this.isOver = true;
    this.cancelTimer?.();
    this.attempt = winner;
    for (const attempt of this.racing) if (attempt !== winner) attempt.loseRace();
    this.resolve?.(step);
  }
}
