import type { RunResult } from '@majordomo/agent';
import type { OperatedRun } from './operator.ts';
import type { Supervised } from './supervised.ts';

/** Returns a run of the worker on DBOS. */
export const runOf = (worker: Supervised, runId: string): OperatedRun => ({
  result: async () => (await worker.ask({ ask: 'result', runId })) as RunResult,
  awaiting: async () => (await worker.ask({ ask: 'awaiting', runId })) as readonly { readonly id: string }[],
  decide: async (decision) => (await worker.ask({ ask: 'tryDecide', runId, decision })) === true,
});
