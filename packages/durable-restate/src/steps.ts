import type { JsonValue } from '@majordomo/core';
import { RestatePromise, type WorkflowContext } from '@restatedev/restate-sdk';

/**
 * Runs effects as entries of Restate's journal. Those that begin in one tick run side by side, and are awaited as one: Restate
 * gives an attempt up in which two of its promises are awaited apart, and begins their effects again.
 */
export function stepsOf(
  context: WorkflowContext,
): (entry: string, effect: () => Promise<JsonValue>) => Promise<JsonValue> {
  let group: RestatePromise<JsonValue>[] = [];
  let all: Promise<PromiseSettledResult<JsonValue>[]> | undefined;
  const settled = async (): Promise<PromiseSettledResult<JsonValue>[]> => {
    await Promise.resolve();
    const begun = group;
    group = [];
    all = undefined;
    return RestatePromise.allSettled(begun);
  };
  return async (entry, effect) => {
    const at = group.push(context.run(entry, effect)) - 1;
    all ??= settled();
    const own = (await all)[at];
    return own?.status === 'fulfilled' ? own.value : Promise.reject(own?.reason as Error);
  };
}
