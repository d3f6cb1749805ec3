import type { JsonValue } from '@majordomo/core';
import { RestatePromise, type WorkflowContext } from '@restatedev/restate-sdk';

/**
 * Executes effects as entries of Restate's journal. Effects that start in one tick run in parallel and are awaited together.
 * If an attempt awaited two promises of Restate separately, Restate would abandon it and execute both effects again.
 */
export function createSteps(
  context: WorkflowContext,
): (entry: string, effect: () => Promise<JsonValue>) => Promise<JsonValue> {
  let group: RestatePromise<JsonValue>[] = [];
  let all: Promise<PromiseSettledResult<JsonValue>[]> | undefined;
  const settled = async (): Promise<PromiseSettledResult<JsonValue>[]> => {
    // Other effects of this tick join the group in the meantime.
    await Promise.resolve();
    const started = group;
    group = [];
    all = undefined;
    return RestatePromise.allSettled(started);
  };
  return async (entry, effect) => {
    const at = group.push(context.run(entry, effect)) - 1;
    all ??= settled();
    const result = (await all)[at];
    return result?.status === 'fulfilled' ? result.value : Promise.reject(result?.reason as Error);
  };
}
