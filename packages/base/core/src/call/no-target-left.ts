import { type Bench, END_OF_TIME } from '../health/tracker.ts';
import { countRepeated, withoutTarget } from '../types/inspect-error.ts';
import { type Attempt as AttemptRecord, LlmError, withDetails } from '../types/llm-error.ts';
import type { CallContext } from './contract.ts';
import type { Chain } from './chain.ts';
import { type Benchable, untilHealthChanges } from './health-wait.ts';

/**
 * Handles a chain in which every target was skipped or has failed. If no target was contacted and at least one is benched, the
 * option `whenAllBenched` determines whether the call continues: the chain then has a current target again. In all other cases,
 * throws the error of the call.
 */
export async function continueOrThrow<Event extends object, Result>(
  chain: Chain<Event, Result>,
  { call, deps, scope, log }: CallContext<Event, Result>,
): Promise<void> {
  const { whenAllBenched } = call.settings;
  scope.throwIfStopped();
  const soonest = soonestBench(chain.all);
  // A call forces a benched target at most once.
  const mayContinue = !log.hasAttempt && !chain.wasForced && whenAllBenched !== 'fail';
  // The benches because of which the call skipped targets have ended meanwhile.
  const benchEnded = soonest === undefined && log.hasBenched;
  const waitsForBench = soonest !== undefined && whenAllBenched === 'wait';
  if (mayContinue && (benchEnded || waitsForBench)) {
    if (!benchEnded) await untilHealthChanges(chain.all, deps, scope.signal);
    log.forgetSkips();
    chain.restart();
  } else if (mayContinue && mayProbeEarly(soonest) && whenAllBenched === 'try-soonest') {
    chain.force(soonest.state, 'forced');
  } else if (mayContinue && mayProbeEarly(soonest) && whenAllBenched === 'probe' && !soonest.isProbed) {
    chain.force(soonest.state, 'alone');
  } else {
    const keys = chain.all.map(({ target }) => target.key);
    // Benches that this call caused do not end its attempts, but later calls meet them.
    const ends = chain.all.flatMap(({ health }) => health.benchForLaterCalls()?.comesBack ?? []);
    const waitMs = ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - deps.clock.now());
    throw exhaustedError(call.info.spec, keys, log.attempts, waitMs);
  }
}

/**
 * Returns the error of a chain that has no further target. For a chain of one target, returns the target's last error. For
 * several targets, returns an error that lists the errors of all attempts.
 */
export function exhaustedError(
  spec: string,
  targets: readonly string[],
  attempts: readonly AttemptRecord[],
  soonestMs: number | undefined,
): LlmError {
  const cause = attempts.findLast(({ error }) => error !== undefined)?.error;
  if (targets.length === 1 && cause !== undefined) {
    return withDetails(cause, { retryAfterMs: soonestMs ?? cause.details.retryAfterMs });
  }
  const problems = attempts.map(({ target, error }) =>
    error === undefined
      ? `${target}: no answer`
      : `${target}: ${error.kind}, ${withoutTarget(error.message, target)}`,
  );
  const message = `no target of "${spec}" answered: ${countRepeated(problems).join('; ') || 'the spec has no targets'}`;
  const { status, code, requestId, body } = cause?.details ?? {};
  return new LlmError(
    'exhausted',
    message,
    { retryAfterMs: soonestMs, status, code, requestId, body },
    { cause },
  );
}

/**
 * Returns the bench that ends first, with its target; `undefined` if no target is benched. Compares `comesBack`, because `until` of a
 * target that is being probed is the end of the probe's claim.
 */
export function soonestBench<State extends Benchable>(
  states: readonly State[],
): (Bench & { readonly state: State }) | undefined {
  return states
    .flatMap((state) => {
      const bench = state.health.currentBench();
      return bench === undefined ? [] : { ...bench, state };
    })
    .sort((a, b) => a.comesBack - b.comesBack)[0];
}

/** Whether a probe may begin before the bench ends. A bench without an end is set and ended only by an operator. */
const mayProbeEarly = <Found extends Bench>(bench: Found | undefined): bench is Found =>
  bench !== undefined && bench.comesBack < END_OF_TIME;
