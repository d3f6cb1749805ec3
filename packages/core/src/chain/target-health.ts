import type { LlmError } from '../contract/llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import type { Blocked, HealthTracker } from '../health/tracker.ts';
import type { ChainDeps } from './call.ts';
import type { ChainSettings } from './settings.ts';
import { asksTooLong } from './verdict.ts';

/** What one attempt tells of its target's health: that it began, what it showed, how it ended. */
export class HealthClaim {
  /** Is it the one attempt that may find out whether a benched target is well again? */
  readonly isProbe: boolean;
  private readonly target: string;
  private readonly health: HealthTracker;
  /** A verdict counts only if its attempt began in this epoch; a commit renews it. */
  private epoch: number;

  /** Made right before the target is asked. */
  constructor(target: string, { health }: Pick<ChainDeps, 'health'>) {
    const { epoch, probe } = health.claim(target);
    this.target = target;
    this.health = health;
    this.epoch = epoch;
    this.isProbe = probe;
  }

  /** Content arrived: it ends a probe, and the attempt counts anew from here. */
  committed(): void {
    this.epoch = this.health.committed(this.target, this.epoch);
  }

  finished(): void {
    this.health.finished(this.target, this.epoch);
  }

  /**
   * Counts the failure, or ends a probe without a verdict. Returns until when it benched the target, if it did.
   *
   * @param isVerdict false where the failure says nothing of the target: the call was stopped, or it is recovered from
   */
  failed(error: LlmError, isVerdict: boolean, settings: ChainSettings): number | undefined {
    if (!isVerdict || !decisionFor(error.kind, settings.policy).bench) {
      this.health.released(this.target, this.epoch);
      return undefined;
    }
    const atOnce = error.kind === 'quota' || asksTooLong(error, settings);
    const { retryAfterMs } = error.details;
    return this.health.failed(this.target, this.epoch, { retryAfterMs, atOnce }, error);
  }
}

/** Until when the target is benched, and by which failure; `undefined` when it may be asked. */
export const benchOf = (target: string, { health }: Pick<ChainDeps, 'health'>): Blocked | undefined =>
  health.blocked(target);

/** The target that comes back first of those that are benched; `undefined` when none is. */
export function soonestEnd(
  targets: readonly string[],
  deps: Pick<ChainDeps, 'health'>,
): { readonly key: string; readonly until: number } | undefined {
  let soonest: { key: string; until: number } | undefined;
  for (const key of targets) {
    const bench = benchOf(key, deps);
    if (bench !== undefined && (soonest === undefined || bench.until < soonest.until)) {
      soonest = { key, until: bench.until };
    }
  }
  return soonest;
}

/** Waits for the soonest end of a bench, or for any news of these targets: a probe may be over long before its claim. */
export async function untilChange(
  targets: readonly string[],
  until: number,
  { health, clock }: Pick<ChainDeps, 'health' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new AbortController();
  const stop = (): void => {
    waiting.abort();
  };
  const forget = health.onChange((changed) => {
    if (targets.includes(changed)) stop();
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    await clock.sleep(Math.max(1, until - clock.now()), waiting.signal);
  } catch {
    // Woken early; an abort of the call is thrown below.
  } finally {
    forget();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
