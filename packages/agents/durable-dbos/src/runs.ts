import type { Decision, RunInput, RunResult } from '@majordomo/agent';
import {
  initialStateFrom,
  resultFromJson,
  findWaitingCall,
  type WaitingCall,
} from '@majordomo/agent/durable';
import { fromJson, LlmError, toJson, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { withLlmError } from './with-llm-error.ts';
import { poll } from './poll.ts';

/** Options of a wait for a run. The run continues when the wait ends. */
export interface WaitOptions {
  /** Signal that ends the wait, which then rejects with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs of an agent on DBOS, in a process that has launched DBOS. A method that fails rejects with an `LlmError`. A run has no owner:
 * check an id that a user has sent.
 */
export interface DbosAgent {
  /** Starts the run. If the id is already in use, has no effect. Rejects with kind `config` for an invalid state. */
  start(runId: string, input: RunInput): Promise<void>;
  /** Waits for the end of the run. Rejects with the run's error and partial response, or with `aborted` for a cancelled run. */
  result(runId: string, options?: WaitOptions): Promise<RunResult>;
  /**
   * Waits until at least one tool call waits for a decision, and returns the waiting calls. Returns an empty array if the run has
   * ended. A call is not returned after the run has received its decision.
   */
  awaiting(runId: string, options?: WaitOptions): Promise<readonly ToolCallPart[]>;
  /** Sends a decision. Only the first decision on a call is used. Rejects with `invalid-request` if the call is not waiting. */
  decide(runId: string, decision: Decision): Promise<void>;
  /**
   * Queues the unfinished runs of `executors`, by default of all other executors, so that live processes resume the runs. Returns
   * the ids of the runs. The processes of these executors must have ended, because otherwise a run would execute twice.
   */
  resumeAll(executors?: readonly string[]): Promise<readonly string[]>;
}

/** Query options that omit inputs and results, which can contain megabytes, because a wait queries ten times per second. */
const WITHOUT_DATA = { loadInput: false, loadOutput: false } as const;
/** Maximum wait for the event with the waiting calls, in milliseconds. A run that has never waited has not set the event. */
const EVENT_MS = 100;

export function createRuns(name: string, workflow: (input: JsonValue) => Promise<JsonValue>): DbosAgent {
  return {
    start: (runId, input) =>
      withLlmError(`start of run "${runId}"`, async () => {
        const state = typeof input === 'string' ? input : toJson(input);
        initialStateFrom(state, runId);
        await DBOS.startWorkflow(workflow, { workflowID: runId })(state);
      }),
    result: (runId, { signal } = {}) =>
      withLlmError(`run "${runId}"`, async () => {
        const status = await poll(signal, () => finalStatus(runId));
        if (status === 'CANCELLED') throw new LlmError('aborted', `run "${runId}" was cancelled`);
        return resultFromJson(await DBOS.retrieveWorkflow<JsonValue>(runId).getResult());
      }),
    awaiting: (runId, { signal } = {}) =>
      withLlmError(`run "${runId}"`, () =>
        poll(signal, async () => {
          if ((await finalStatus(runId)) !== undefined) return [];
          const waiting = await waitingCalls(runId);
          return waiting.length === 0 ? undefined : waiting.map(({ call }) => call);
        }),
      ),
    decide: (runId, decision) =>
      withLlmError(`decision on run "${runId}"`, async () => {
        const { name: entry } = findWaitingCall(await waitingCalls(runId), decision);
        // With the same idempotency key, the last argument, DBOS stores only the first decision.
        await DBOS.send(runId, toJson(decision), entry, `${runId} ${entry}`);
      }),
    resumeAll: (executors) =>
      withLlmError(`runs of "${name}"`, async () => {
        const found = await DBOS.listWorkflows({ workflowName: name, status: 'PENDING', ...WITHOUT_DATA });
        const left = found.filter(({ executorId = '' }) =>
          executors === undefined ? executorId !== DBOS.executorID : executors.includes(executorId),
        );
        const ids = left.map(({ workflowID }) => workflowID);
        if (ids.length > 0) await DBOS.resumeWorkflows(ids);
        return ids;
      }),
  };
}

/** Returns the final status of a run, or `undefined` while it runs. */
export async function finalStatus(runId: string): Promise<string | undefined> {
  const [found] = await DBOS.listWorkflows({ workflowIDs: [runId], ...WITHOUT_DATA });
  return found?.completedAt === undefined ? undefined : found.status;
}

async function waitingCalls(runId: string): Promise<readonly WaitingCall[]> {
  const options = { timeoutSeconds: EVENT_MS / 1000, pollingIntervalMs: EVENT_MS };
  return fromJson((await DBOS.getEvent<JsonValue>(runId, 'waiting', options)) ?? []);
}
