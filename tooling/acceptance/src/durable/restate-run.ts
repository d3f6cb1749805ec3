import type { RestateAgentClient } from '@majordomo/durable-restate';
import type { OperatedRun } from './operator.ts';

/** Returns a run of a client of Restate. */
export const runOf = (runs: RestateAgentClient, runId: string): OperatedRun => ({
  result: () => runs.result(runId),
  awaiting: () => runs.awaiting(runId),
  decide: (decision) =>
    runs.decide(runId, decision).then(
      () => true,
      () => false,
    ),
});
