import type { CallEvent } from '@majordomo/core';

/** Prices per token by target. Attempts are counted separately if their target has no price. */
export type Prices = Readonly<Record<string, { readonly input: number; readonly output: number }>>;

/** Returns a listener that calculates failures and cost from the events of calls. The cost includes failed attempts. */
export function ledger(prices: Prices) {
  const cost = new Map<string, number>();
  const failures = new Map<string, number>();
  let unpriced = 0;
  const add = (map: Map<string, number>, key: string, amount: number): void => {
    map.set(key, (map.get(key) ?? 0) + amount);
  };
  const onEvent = (event: CallEvent): void => {
    if (event.type === 'attempt-failed') add(failures, `${event.target} ${event.error.kind}`, 1);
    if (event.type !== 'call-end') return;
    for (const { target, usage } of event.attempts) {
      const price = prices[target];
      if (price === undefined || usage?.input === undefined || usage.output === undefined) unpriced++;
      else add(cost, event.call.tenant ?? '', usage.input * price.input + usage.output * price.output);
    }
  };
  return { onEvent, cost, failures, unpriced: () => unpriced };
}
