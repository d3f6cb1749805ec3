import type { Decision, RunInput, RunResult } from '@majordomo/agent';
import { initialStateFrom, resultFromJson } from '@majordomo/agent/durable';
import { fromJson, LlmError, toJson, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { connect, Opts, SendOpts } from '@restatedev/restate-sdk-clients';
import type { AgentHandlers } from './restate-agent.ts';
import { withMismatchCheck } from './mismatch.ts';
import { withLlmError } from './with-llm-error.ts';
import { hasOutput } from './has-output.ts';

/** Options of `restateAgentClient`. */
export interface RestateClientOptions {
  /** Address of Restate's ingress, such as `http://127.0.0.1:8080`. */
  readonly ingress: string;
  /**
   * Address of Restate's admin API, such as `http://127.0.0.1:9070`. If it is set, `result` and `awaiting` query the API and
   * reject with kind `config` if Restate retries a run without success because its agent changed. @default no queries
   */
  readonly admin?: string | undefined;
  /** Headers of every request, such as `authorization`. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of a wait for a run. The run continues when the wait ends. */
export interface WaitOptions {
  /** Signal that ends the wait, which then rejects with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Client for the runs of an agent on Restate. A method that fails rejects with an `LlmError`. A run has no owner: check an id that a
 * user has sent.
 */
export interface RestateAgentClient {
  /** Starts a run. If the id is already in use, has no effect. Rejects with kind `config` for an invalid state. */
  start(runId: string, input: RunInput, options?: WaitOptions): Promise<void>;
  /**
   * Waits for the end of the run. Rejects with the error of the run and its partial response, with kind `aborted` if it was
   * cancelled, or `config` if its agent changed.
   */
  result(runId: string, options?: WaitOptions): Promise<RunResult>;
  /** Waits until at least one call waits for a decision, and returns the waiting calls. Returns `[]` if the run has ended. */
  awaiting(runId: string, options?: WaitOptions): Promise<readonly ToolCallPart[]>;
  /** Sends a decision. Rejects with kind `invalid-request` if the tool call is not waiting or already has a decision. */
  decide(runId: string, decision: Decision, options?: WaitOptions): Promise<void>;
}

const KINDS: KindsOf<RestateClientOptions> = { ingress: 'string', admin: 'string', headers: 'object' };

/** Creates a client for the runs of the agent with this name. Throws kind `config` for invalid options. */
export function restateAgentClient(name: string, options: RestateClientOptions): RestateAgentClient {
  checkOptions('restateAgentClient', options, KINDS, ['ingress']);
  const { ingress, admin, headers = {} } = options;
  const runs = connect({ url: ingress, headers: { ...headers } });
  const run = (runId: string) => runs.workflowClient<AgentHandlers>({ name }, checkRunId(runId));
  const hasEnded = (runId: string, bounds: Bounds): Promise<boolean> =>
    hasOutput(() => run(runId).workflowOutput(Opts.from(bounds)));
  /** Sends a request that waits for the run. Rejects early if Restate reports that the agent of the run changed. */
  const waitFor = <T>(
    runId: string,
    signal: AbortSignal | undefined,
    send: (bounds: Bounds) => Promise<T>,
  ) => {
    const what = `run "${runId}"`;
    const query = admin === undefined ? undefined : { admin, headers, name, runId };
    return withLlmError(what, signal, () =>
      withMismatchCheck(what, query, signal, (until) => send(boundsOf(until))),
    );
  };
  return {
    start: (runId, input, { signal } = {}) =>
      withLlmError(`start of run "${runId}"`, signal, async () => {
        const state = typeof input === 'string' ? input : toJson(input);
        initialStateFrom(state, runId);
        await run(runId).workflowSubmit(state, SendOpts.from(boundsOf(signal)));
      }),
    result: (runId, { signal } = {}) =>
      waitFor(runId, signal, async (bounds) =>
        resultFromJson(await run(runId).workflowAttach(Opts.from(bounds))),
      ),
    awaiting: (runId, { signal } = {}) =>
      waitFor(runId, signal, async (bounds) => {
        const waiting = await run(runId).awaiting(Opts.from<undefined, JsonValue>(bounds));
        const calls = fromJson<readonly ToolCallPart[]>(waiting);
        // A run that was killed or whose agent changed has ended without removing its waiting calls.
        return calls.length > 0 && (await hasEnded(runId, bounds)) ? [] : calls;
      }),
    decide: (runId, decision, { signal } = {}) =>
      withLlmError(`decision on run "${runId}"`, signal, async () => {
        if (await hasEnded(runId, boundsOf(signal)))
          throw new LlmError(
            'invalid-request',
            `decision on run "${runId}": the run has ended, and no call is waiting`,
          );
        await run(runId).decide(toJson(decision), Opts.from<JsonValue, undefined>(boundsOf(signal)));
      }),
  };
}

/** Throws kind `config` for `.` and `..`, which a URL resolves as path segments even if escaped. */
function checkRunId(runId: string): string {
  if (runId !== '.' && runId !== '..') return runId;
  throw new LlmError('config', `runId: "${runId}" is not a valid id on Restate; use another id`, {
    path: 'runId',
  });
}

/** Options of a request to Restate. */
interface Bounds {
  readonly signal?: AbortSignal;
}

const boundsOf = (signal: AbortSignal | undefined): Bounds => (signal ? { signal } : {});
