import { setTimeout } from 'node:timers/promises';
import type { Decision, RunResult } from '@majordomo/agent';
import type { RestateAgentClient } from '@majordomo/durable-restate';
import { linesOf } from './scenario.ts';
import type { Supervised } from './supervised.ts';

/** Run of an engine, for an operator. */
export interface OperatedRun {
  result(): Promise<Pick<RunResult, 'text'>>;
  awaiting(): Promise<readonly { readonly id: string }[]>;
  /** Returns whether the run has accepted the decision. */
  decide(decision: Decision): Promise<boolean>;
}

/**
 * Returns the final text of a run whose payment is approved. If the result of the payment is unknown, settles it by the log of payments, as
 * an operator does. A payment that is not done needs another approval.
 */
export async function operatedText(folder: string, runId: string, run: OperatedRun): Promise<string> {
  const result = run.result().then(({ text }) => text);
  // Ends the wait for a decision when the run ends without needing one.
  const ended = result.then(() => []);
  ended.catch(() => undefined);
  /** Whether the run knows that the payment is not done, so that it asks for another approval. */
  let isNotDone = false;
  for (;;) {
    const [call] = await Promise.race([run.awaiting(), ended]);
    if (call === undefined) return result;
    const callId = call.id;
    const isPaid = linesOf(folder, runId, 'pay').length > 0;
    const settlement: Decision = isPaid ? { callId, result: 'paid' } : { callId, notDone: true };
    // The run refuses a decision while it has not received the previous one.
    if (await run.decide(isNotDone ? { callId, approve: true } : settlement)) {
      if (isNotDone || isPaid) return result;
      isNotDone = true;
    }
    await setTimeout(50);
  }
}

/** Returns a run of the worker on DBOS. */
export const dbosRun = (worker: Supervised, runId: string): OperatedRun => ({
  result: async () => (await worker.ask({ ask: 'result', runId })) as RunResult,
  awaiting: async () => (await worker.ask({ ask: 'awaiting', runId })) as readonly { readonly id: string }[],
  decide: async (decision) => (await worker.ask({ ask: 'tryDecide', runId, decision })) === true,
});

/** Returns a run of a client of Restate. */
export const restateRun = (runs: RestateAgentClient, runId: string): OperatedRun => ({
  result: () => runs.result(runId),
  awaiting: () => runs.awaiting(runId),
  decide: (decision) =>
    runs.decide(runId, decision).then(
      () => true,
      () => false,
    ),
});
