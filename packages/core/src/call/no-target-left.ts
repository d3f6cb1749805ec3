import type { PartialResponse } from '../contract/llm-error.ts';
import type { Call, ChainDeps } from './call.ts';
import { exhausted } from './exhausted.ts';
import type { CallRecord } from './record.ts';
import type { Route } from './route.ts';
import type { CallScope } from './scope.ts';
import { mayAskEarly, soonestEnd, untilChange } from './soonest-end.ts';

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
