import type { Decision, RunInput, RunResult } from '@majordomo/agent';
import { begunFrom, resultFrom } from '@majordomo/agent/durable';
import { fromJson, toJson, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { connect, Opts, SendOpts } from '@restatedev/restate-sdk-clients';
import type { AgentHandlers } from './restate-agent.ts';
import { clearly } from './clearly.ts';

/** Where runs are asked about. */
export interface RestateClientOptions {
  /** Where Restate takes requests, such as `http://127.0.0.1:8080`. */
  readonly ingress: string;
  /** For every request, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How long somebody waits for a run. The run goes on without them. */
export interface WaitOptions {
  /** Ends it with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs of an agent on Restate, from anywhere. Rejects with an `LlmError`. */
export interface RestateAgentClient {
  /** A second start of one id is none. Rejects with `config` for a state that no run can have left. */
  start(runId: string, input: RunInput, options?: WaitOptions): Promise<void>;
  /** Waits until the run is over. Rejects as the run did, with its kind and what had arrived; `aborted`: it was cancelled. */
  result(runId: string, options?: WaitOptions): Promise<RunResult>;
  /** Settles when the run waits (its calls) or is over (none). */
  awaiting(runId: string, options?: WaitOptions): Promise<readonly ToolCallPart[]>;
  /** `invalid-request` when no call waits for it, or it was decided on before. */
  decide(runId: string, decision: Decision, options?: WaitOptions): Promise<void>;
}

/** A client for the runs of the agent of this name. */
export function restateAgentClient(name: string, options: RestateClientOptions): RestateAgentClient {
  const { ingress, headers = {} } = options;
  const runs = connect({ url: ingress, headers: { ...headers } });
  const run = (runId: string) => runs.workflowClient<AgentHandlers>({ name }, runId);
  return {
    start: (runId, input, { signal } = {}) =>
      clearly(`start of run "${runId}"`, signal, async () => {
        const begun = typeof input === 'string' ? input : toJson(input);
        begunFrom(begun, runId);
        await run(runId).workflowSubmit(begun, SendOpts.from(bounded(signal)));
      }),
    result: (runId, { signal } = {}) =>
      clearly(`run "${runId}"`, signal, async () =>
        resultFrom(await run(runId).workflowAttach(Opts.from(bounded(signal)))),
      ),
    awaiting: (runId, { signal } = {}) =>
      clearly(`run "${runId}"`, signal, async () =>
        fromJson<readonly ToolCallPart[]>(
          await run(runId).awaiting(Opts.from<undefined, JsonValue>(bounded(signal))),
        ),
      ),
    decide: (runId, decision, { signal } = {}) =>
      clearly(`decision on run "${runId}"`, signal, async () =>
        run(runId).decide(toJson(decision), Opts.from<JsonValue, undefined>(bounded(signal))),
      ),
  };
}

const bounded = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal ? { signal } : {};
