import { type Bench, END_OF_TIME } from '../health/tracker.ts';
import { type Attempt, LlmError, type PartialResponse, withDetails } from '../types/llm-error.ts';
import type { CallRecord } from './call-log.ts';
import type { Call, ChainDeps } from './call.ts';
import type { CallScope } from './call-scope.ts';
import type { Standing, StandingDeps } from './health-claim.ts';
import type { Route } from './chain.ts';

/** Every target was passed over or has failed: does as `whenAllBenched` says, else throws the end. */
export async function noneLeft<Event extends object, Result>(
  route: Route<Event, Result>,
  { info, settings: { whenAllBenched } }: Call<Event, Result>,
  deps: ChainDeps,
  scope: CallScope,
  record: CallRecord,
  partial: PartialResponse | undefined,
): Promise<void> {
  scope.throwIfStopped();
  const standings = route.all.map(({ standing }) => standing);
  const soonest = soonestEnd(standings);
  const mayGoOn = !record.hasAttempt && !route.wasForced && whenAllBenched !== 'fail';
  if (mayGoOn && soonest === undefined && record.hasBenched) {
    // A bench has ended while others were asked.
    restart(route, record);
  } else if (mayGoOn && soonest !== undefined && whenAllBenched === 'wait') {
    await untilChange(standings, deps, scope.signal);
    restart(route, record);
  } else if (mayGoOn && mayAskEarly(soonest) && whenAllBenched === 'try-soonest') {
    route.force(soonest.key, 'forced');
  } else if (mayGoOn && mayAskEarly(soonest) && !soonest.isProbed) {
    route.force(soonest.key, 'alone');
  } else {
    const keys = route.places.map(({ key }) => key);
    const waitMs = soonest && Math.max(0, soonest.comesBack - deps.clock.now());
    throw exhausted(info.spec, keys, record.attempts, partial, waitMs);
  }
}

function restart(route: Pick<Route<object, unknown>, 'restart'>, record: CallRecord): void {
  record.forgetSkips();
  route.restart();
}

/**
 * The end of a chain. Of several targets it names every one, what it answered, and for benched ones until when; of a
 * single target it is that target's own error.
 */
export function exhausted(
  spec: string,
  targets: readonly string[],
  attempts: readonly Attempt[],
  partial: PartialResponse | undefined,
  soonestMs: number | undefined,
): LlmError {
  const cause = attempts.findLast(({ error }) => error !== undefined)?.error;
  const retryAfterMs = soonestMs ?? cause?.details.retryAfterMs;
  if (targets.length === 1 && cause !== undefined) {
    return withDetails(cause, { attempts, partial: cause.details.partial ?? partial, retryAfterMs });
  }
  const told = attempts.map(({ target, error }) => `${target}: ${saidBy(target, error)}`);
  const lines = [...new Set(told)].map((line) => {
    const times = told.filter((other) => other === line).length;
    return times === 1 ? line : `${line} (${times} times)`;
  });
  const message = `no target of "${spec}" answered: ${lines.join('; ') || 'it names none'}`;
  const { status, code, requestId, body } = cause?.details ?? {};
  return new LlmError(
    'exhausted',
    message,
    { attempts, partial, retryAfterMs: soonestMs, status, code, requestId, body },
    { cause },
  );
}

/** Messages of attempts begin or end with their target: not twice in one line. */
function saidBy(target: string, error: LlmError | undefined): string {
  if (error === undefined) return 'no answer';
  const said = error.message.startsWith(`${target} `)
    ? error.message.slice(target.length + 1)
    : error.message.replace(` to ${target}`, '');
  return `${error.kind}, ${said}`;
}

/** The bench that ends first. */
interface SoonestEnd extends Bench {
  readonly key: string;
}

/** The target that comes back first of those that are benched; `undefined` when none is. */
export function soonestEnd(standings: readonly Standing[]): SoonestEnd | undefined {
  let soonest: SoonestEnd | undefined;
  for (const standing of standings) {
    const bench = standing.bench();
    if (bench === undefined || (soonest !== undefined && soonest.comesBack <= bench.comesBack)) continue;
    soonest = { ...bench, key: standing.target };
  }
  return soonest;
}

/** A bench without an end is an operator's order, and not a guess at when a target is well again. */
const mayAskEarly = (bench: SoonestEnd | undefined): bench is SoonestEnd =>
  bench !== undefined && bench.comesBack < END_OF_TIME;

/** Waits for the first end of a bench, or for any news of these targets: a probe may be over long before its claim. */
export async function untilChange(
  standings: readonly Standing[],
  { health, clock }: StandingDeps,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const waiting = new AbortController();
  const stop = (): void => {
    waiting.abort();
  };
  const targets = new Set(standings.map(({ target }) => target));
  const forget = [
    health.onChange((changed) => {
      if (targets.has(changed) || changed.endsWith('/')) stop();
    }),
    health.credentials().onChange(stop),
  ];
  signal.addEventListener('abort', stop, { once: true });
  const until = Math.min(...standings.map((standing) => standing.bench()?.until ?? Infinity));
  try {
    await clock.sleep(Math.max(1, until - clock.now()), waiting.signal);
  } catch {
    // Woken early; an abort of the call is thrown below.
  } finally {
    for (const stopListening of forget) stopListening();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
