import { setTimeout } from 'node:timers/promises';
import type { Agent, RunState } from '@majordomo/agent';
import type { RunStore } from '@majordomo/store-sqlite';

/**
 * Continues agent runs that any process started. Several workers can run, and each may be killed at any time. Runs that wait for
 * a decision are skipped. A step that was interrupted is repeated, so tools that must not repeat an effect use `ToolContext.key`.
 */
export async function work(runs: RunStore, agent: Agent, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const free = (await runs.list({ awaiting: false })).filter(({ held }) => !held);
    for (const { id } of free) await continueRun(runs, agent, id, signal).catch(console.error);
    if (free.length === 0) await setTimeout(200, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Continues a run until it ends or waits for a decision. Saves the run before each model call. Returns `false` if another worker
 * has locked the run.
 */
export async function continueRun(
  runs: RunStore,
  agent: Agent,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  const state = await runs.load(id, { leaseMs: 5000 });
  if (state === undefined) return false;
  const effects = agent.effects({ runId: id, signal });
  const saveRun = async (now: RunState): Promise<void> => {
    await runs.save(id, now);
    if ((await runs.load(id, { leaseMs: 5000 })) === undefined)
      throw new Error(`run ${id} is held by another worker`);
  };
  const callModel: typeof effects.callModel = (now, turn) =>
    saveRun(now).then(() => effects.callModel(now, turn));
  const result = await agent.drive(state, { ...effects, callModel, decisions: async () => [] });
  await runs.save(id, result.state);
  return true;
}
