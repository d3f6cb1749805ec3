import type { Chain } from './chain.ts';
import type { HealthDeps } from './health-claim.ts';
import type { TargetState } from './target-state.ts';

type WaitDeps = Pick<HealthDeps, 'health' | 'clock'>;

export type Benchable = Pick<TargetState<object, unknown>, 'target' | 'health'>;

/**
 * Waits before a retry at the current target. If another call benches the target or the credential, the wait ends early and the
 * chain advances. At the last target the wait does not end early, because the chain cannot advance.
 */
export async function waitForRetry(
  ms: number,
  { current, hasNext }: Pick<Chain<object, unknown>, 'hasNext'> & { readonly current: Benchable | undefined },
  deps: WaitDeps,
  signal: AbortSignal,
): Promise<void> {
  const mustAdvance = (): boolean => hasNext && current?.health.currentBench() !== undefined;
  if (!mustAdvance()) await sleepUntil(ms, mustAdvance, deps, signal);
}

/**
 * Waits until a bench ends, or until the health of one of the targets, of any credential or of any provider changes, for example because
 * a probe succeeded. The caller then looks at the targets again, so a change that does not concern them is harmless.
 */
export async function untilHealthChanges(
  states: readonly Benchable[],
  deps: WaitDeps,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const keys = new Set(states.map(({ target }) => target.key));
  const until = Math.min(...states.map((state) => state.health.currentBench()?.until ?? Infinity));
  // A key that ends with a slash is that of a provider.
  const concerns = (changed: string | undefined): boolean =>
    changed === undefined || keys.has(changed) || changed.endsWith('/');
  // The time of `until` may have passed meanwhile.
  await sleepUntil(Math.max(1, until - deps.clock.now()), concerns, deps, signal);
}

/**
 * Sleeps until the time has passed or a change of health ends the sleep. Rejects on an abort.
 *
 * @param endsSleep called with the changed target, or with `undefined` if the health of a credential changes
 */
async function sleepUntil(
  ms: number,
  endsSleep: (changed: string | undefined) => boolean,
  { health, clock }: WaitDeps,
  signal: AbortSignal,
): Promise<void> {
  const sleep = new AbortController();
  const wake = (): void => {
    sleep.abort();
  };
  const onChange = (changed: string | undefined): void => {
    if (endsSleep(changed)) wake();
  };
  const unsubscribe = [
    health.onChange(onChange),
    health.credentials().onChange(() => {
      onChange(undefined);
    }),
  ];
  signal.addEventListener('abort', wake, { once: true });
  try {
    await clock.sleep(ms, sleep.signal);
  } catch {
    // The sleep ended early. If the call was aborted, `throwIfAborted` throws the error.
  } finally {
    for (const stop of unsubscribe) stop();
    signal.removeEventListener('abort', wake);
  }
  signal.throwIfAborted();
}
