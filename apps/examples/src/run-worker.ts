import { setTimeout } from 'node:timers/promises';
import type { Agent, RunState, Runs } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';

/** Data that all workers share, of `sqliteStores(path)` on one machine, or `postgresStores({ client })` on several machines. */
export interface WorkerStores {
  /** Runs of `createRuns({ records })`. */
  readonly runs: Runs;
  readonly records: RecordStore;
}

/**
 * Continues agent runs that any process started. Several workers can run, and each may be killed or suspended at any time. Runs
 * that wait for a decision are skipped. A step that was interrupted is repeated. With the records, a call of a tool with
 * `effect: 'once'` is not started again: its result is unknown, and the run waits until a person settles the call.
 */
export async function work(stores: WorkerStores, agent: Agent, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const free = (await stores.runs.list({ awaiting: false })).filter(({ held }) => !held);
    let hasContinued = false;
    for (const { id } of free)
      if ((await continueRun(stores, agent, id, signal).catch(console.error)) === true) hasContinued = true;
    if (!hasContinued) await setTimeout(200, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Continues a run until it ends or waits for a decision. Saves the run before each model call. Returns `false` if another worker
 * has locked or removed the run. If the run fails, it is unlocked, so that any worker can continue it from its last save.
 */
export async function continueRun(
  { runs, records }: WorkerStores,
  agent: Agent,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  const state = await runs.load(id, { leaseMs: 5000, agent }).catch((error: unknown) => {
    if (LlmError.is(error, 'denied')) return undefined;
    throw error;
  });
  if (state === undefined) return false;
  const effects = agent.effects({ runId: id, signal, records });
  const saveRun = async (now: RunState): Promise<void> => {
    // `save` also unlocks the run, so `load` locks it again.
    await runs.save(id, now);
    if ((await runs.load(id, { leaseMs: 5000, agent })) === undefined)
      throw new Error(`run ${id} was removed`);
  };
  const callModel: typeof effects.callModel = (now, turn) =>
    saveRun(now).then(() => effects.callModel(now, turn));
  try {
    const result = await agent.drive(state, { ...effects, callModel, decisions: async () => [] });
    await runs.save(id, result.state);
    return true;
  } finally {
    await runs.release(id);
  }
}
