import { setTimeout } from 'node:timers/promises';
import type { Agent, RunState } from '@majordomo/agent';
import type { RunStore } from '@majordomo/store-sqlite';

/**
 * Agent runs that outlive their process: start as many of these as you like, kill them whenever you like. What waits for a
 * decision is left alone. What a step had begun is begun again: tools that must not be doubled look at `ToolContext.key`.
 */
export async function work(runs: RunStore, agent: Agent, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const free = (await runs.list({ awaiting: false })).filter(({ held }) => !held);
    for (const { id } of free) await goneOn(runs, agent, id, signal).catch(console.error);
    if (free.length === 0) await setTimeout(200, undefined, { signal }).catch(() => undefined);
  }
}

/** To the end, or to where somebody has to decide; saved before each turn of the model. False where another worker has it. */
export async function goneOn(
  runs: RunStore,
  agent: Agent,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  const state = await runs.load(id, { leaseMs: 5000 });
  if (state === undefined) return false;
  const effects = agent.effects({ runId: id, signal });
  const keep = async (now: RunState): Promise<void> => {
    await runs.save(id, now);
    if ((await runs.load(id, { leaseMs: 5000 })) === undefined) throw new Error(`another worker has ${id}`);
  };
  const callModel: typeof effects.callModel = (now, turn) =>
    keep(now).then(() => effects.callModel(now, turn));
  const result = await agent.drive(state, { ...effects, callModel, decisions: async () => [] });
  await runs.save(id, result.state);
  return true;
}
