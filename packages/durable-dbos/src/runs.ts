import type { Decision, RunInput, RunResult } from '@majordomo/agent';
import {
  initialStateFrom,
  resultFromJson,
  findWaitingCall,
  type WaitingCall,
} from '@majordomo/agent/durable';
import { fromJson, LlmError, toJson, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { clearly } from './clearly.ts';
import { looking } from './looking.ts';

/** How long somebody waits for a run. The run continues without them. */
export interface WaitOptions {
  /** Ends it with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs of an agent on DBOS, in a process that has launched it. Rejects with an `LlmError`. */
export interface DbosAgent {
  /** Begins the run; a second start of one id is none. Rejects with `config` for a state that no run can have left. */
  start(runId: string, input: RunInput): Promise<void>;
  /** Waits until the run is over. Rejects as the run did, with its kind and what had arrived; `aborted`: it was cancelled. */
  result(runId: string, options?: WaitOptions): Promise<RunResult>;
  /** Settles when the run waits (its calls) or is over (none). A call goes from the list once the run has heard of its decision. */
  awaiting(runId: string, options?: WaitOptions): Promise<readonly ToolCallPart[]>;
  /** `invalid-request` when no call waits for it. The first decision on a call counts. */
  decide(runId: string, decision: Decision): Promise<void>;
  /**
   * Takes over what dead processes left: the runs of these executors, or of all but this one. One whose process lives would
   * run twice from there. Gives the runs' ids.
   */
  resumeAll(executors?: readonly string[]): Promise<readonly string[]>;
}

/** Without what runs began with and came to, which may be megabytes: who waits looks ten times a second. */
const LIGHTLY = { loadInput: false, loadOutput: false } as const;
/** How long an event is waited for. */
const EVENT_MS = 100;

/** What can be done about the runs of a workflow. */
export function runsOf(name: string, workflow: (input: JsonValue) => Promise<JsonValue>): DbosAgent {
  return {
    start: (runId, input) =>
      clearly(`start of run "${runId}"`, async () => {
        const begun = typeof input === 'string' ? input : toJson(input);
        initialStateFrom(begun, runId);
        await DBOS.startWorkflow(workflow, { workflowID: runId })(begun);
      }),
    result: (runId, { signal } = {}) =>
      clearly(`run "${runId}"`, async () => {
        const status = await looking(signal, () => endOf(runId));
        if (status === 'CANCELLED') throw new LlmError('aborted', `run "${runId}" was cancelled`);
        return resultFromJson(await DBOS.retrieveWorkflow<JsonValue>(runId).getResult());
      }),
    awaiting: (runId, { signal } = {}) =>
      clearly(`run "${runId}"`, () =>
        looking(signal, async () => {
          if ((await endOf(runId)) !== undefined) return [];
          const waiting = await waitingIn(runId);
          return waiting.length === 0 ? undefined : waiting.map(({ call }) => call);
        }),
      ),
    decide: (runId, decision) =>
      clearly(`decision on run "${runId}"`, async () => {
        const { name: entry } = findWaitingCall(await waitingIn(runId), decision);
        await DBOS.send(runId, toJson(decision), entry, `${runId} ${entry}`);
      }),
    resumeAll: (executors) =>
      clearly(`runs of "${name}"`, async () => {
        const found = await DBOS.listWorkflows({ workflowName: name, status: 'PENDING', ...LIGHTLY });
        const left = found.filter(({ executorId = '' }) =>
          executors === undefined ? executorId !== DBOS.executorID : executors.includes(executorId),
        );
        const ids = left.map(({ workflowID }) => workflowID);
        if (ids.length > 0) await DBOS.resumeWorkflows(ids);
        return ids;
      }),
  };
}

/** How the run ended, if it did. */
export async function endOf(runId: string): Promise<string | undefined> {
  const [found] = await DBOS.listWorkflows({ workflowIDs: [runId], ...LIGHTLY });
  return found?.completedAt === undefined ? undefined : found.status;
}

async function waitingIn(runId: string): Promise<readonly WaitingCall[]> {
  const options = { timeoutSeconds: EVENT_MS / 1000, pollingIntervalMs: EVENT_MS };
  return fromJson((await DBOS.getEvent<JsonValue>(runId, 'waiting', options)) ?? []);
}
