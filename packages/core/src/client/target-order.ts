import type { ChainDeps } from '../call/call.ts';
import type { Target } from '../resolve/resolve.ts';
import type { TargetOrder } from '../types/call-options.ts';
import type { TargetHealth } from '../types/health.ts';
import type { ResolvedTarget } from '../types/resolved-target.ts';
import type { Model } from '../types/provider.ts';
import { abortable, invoke } from '../util/async.ts';

interface OrderSetup {
  readonly deps: Pick<ChainDeps, 'clock' | 'health'>;
  readonly modelAt: (target: Target) => Model;
}

/** Maximum time of an order function, in ms. */
const MAX_ORDER_MS = 250;

/** Returns the targets in the order of the application's function, or unchanged if the function fails. */
export async function orderTargets(
  targets: readonly Target[],
  order: TargetOrder,
  { signal: callSignal, ...context }: Parameters<TargetOrder>[1],
  { deps: { clock, health }, modelAt }: OrderSetup,
): Promise<readonly Target[]> {
  if (targets.length < 2) return targets;
  const limit = new AbortController();
  const cancelTimer = clock.timer(MAX_ORDER_MS, () => {
    limit.abort(new Error(`the order took longer than ${MAX_ORDER_MS} ms`));
  });
  const signal = AbortSignal.any([callSignal, limit.signal]);
  try {
    const snapshot = health.snapshot();
    const resolved = targets.map((target) => resolvedTarget(target, modelAt(target), snapshot));
    const names = await abortable(
      Promise.resolve(invoke(() => order(resolved, { ...context, signal }))),
      signal,
    );
    return names === undefined ? targets : arrange(targets, names);
  } catch {
    return targets;
  } finally {
    cancelTimer();
  }
}

/** Moves the named targets to the front. */
function arrange(targets: readonly Target[], names: readonly string[]): readonly Target[] {
  const named = names.flatMap((name) => targets.find(({ key }) => key === name) ?? []);
  return [...new Set([...named, ...targets])];
}

/** Returns the description of a target for applications. */
export const resolvedTarget = (
  { key, modelId, provider }: Target,
  { capabilities }: Model,
  health: Readonly<Record<string, TargetHealth>>,
): ResolvedTarget => ({
  target: key,
  vendor: provider.vendor,
  billing: provider.billing,
  model: modelId,
  capabilities,
  health: Object.hasOwn(health, key) ? health[key] : undefined,
});
