import type { Decision, RunInput, RunResult } from '@majordomo/agent';
import { initialStateFrom, resultFromJson } from '@majordomo/agent/durable';
import { fromJson, LlmError, toJson, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { connect, Opts, SendOpts } from '@restatedev/restate-sdk-clients';
import type { AgentHandlers } from './restate-agent.ts';
import { unlessChanged } from './changed.ts';
import { clearly } from './clearly.ts';
import { isOver } from './over.ts';

/** Where runs are asked about. */
export interface RestateClientOptions {
  /** Where Restate takes requests, such as `http://127.0.0.1:8080`. */
  readonly ingress: string;
  /**
   * Where Restate is administered, such as `http://127.0.0.1:9070`. With it `result` and `awaiting` look there now and then, and
   * reject with `config` when Restate tries a run again without success since its agent was changed.
   */
  readonly admin?: string | undefined;
  /** For every request, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How long somebody waits for a run. The run continues without them. */
export interface WaitOptions {
  /** Ends it with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs of an agent on Restate, from anywhere. Rejects with an `LlmError`. */
export interface RestateAgentClient {
  /** A second start of one id is none. Rejects with `config` for a state that no run can have left. */
  start(runId: string, input: RunInput, options?: WaitOptions): Promise<void>;
  /**
   * Waits until the run is over. Rejects as the run did, with its kind and what had arrived; `aborted`: it was cancelled;
   * `config`: its agent was changed.
   */
  result(runId: string, options?: WaitOptions): Promise<RunResult>;
  /** Settles when the run waits (its calls) or is over (none). */
  awaiting(runId: string, options?: WaitOptions): Promise<readonly ToolCallPart[]>;
  /** `invalid-request` when no call waits for it, or it was decided on before. */
  decide(runId: string, decision: Decision, options?: WaitOptions): Promise<void>;
}

const KINDS: KindsOf<RestateClientOptions> = { ingress: 'string', admin: 'string', headers: 'object' };

/** A client for the runs of the agent of this name. Throws `config` for options that cannot be meant. */
export function restateAgentClient(name: string, options: RestateClientOptions): RestateAgentClient {
  checkOptions('restateAgentClient', options, KINDS, ['ingress']);
  const { ingress, admin, headers = {} } = options;
  const runs = connect({ url: ingress, headers: { ...headers } });
  const run = (runId: string) => runs.workflowClient<AgentHandlers>({ name }, addressable(runId));
  const hasEnded = (runId: string, bounds: Bounds): Promise<boolean> =>
    isOver(() => run(runId).workflowOutput(Opts.from(bounds)));
  const waited = <T>(runId: string, signal: AbortSignal | undefined, ask: (bounds: Bounds) => Promise<T>) => {
    const what = `run "${runId}"`;
    const looking = admin === undefined ? undefined : { admin, headers, name, runId };
    return clearly(what, signal, () => unlessChanged(what, looking, signal, (until) => ask(bounded(until))));
  };
  return {
    start: (runId, input, { signal } = {}) =>
      clearly(`start of run "${runId}"`, signal, async () => {
        const begun = typeof input === 'string' ? input : toJson(input);
        initialStateFrom(begun, runId);
        await run(runId).workflowSubmit(begun, SendOpts.from(bounded(signal)));
      }),
    result: (runId, { signal } = {}) =>
      waited(runId, signal, async (bounds) =>
        resultFromJson(await run(runId).workflowAttach(Opts.from(bounds))),
      ),
    awaiting: (runId, { signal } = {}) =>
      waited(runId, signal, async (bounds) => {
        const said = await run(runId).awaiting(Opts.from<undefined, JsonValue>(bounds));
        const calls = fromJson<readonly ToolCallPart[]>(said);
        return calls.length > 0 && (await hasEnded(runId, bounds)) ? [] : calls;
      }),
    decide: (runId, decision, { signal } = {}) =>
      clearly(`decision on run "${runId}"`, signal, async () => {
        if (await hasEnded(runId, bounded(signal)))
          throw new LlmError(
            'invalid-request',
            `decision on run "${runId}": the run is over, and no call waits`,
          );
        await run(runId).decide(toJson(decision), Opts.from<JsonValue, undefined>(bounded(signal)));
      }),
  };
}

/** Addresses have no way to say these two, escaped or not: they would lead elsewhere. */
function addressable(runId: string): string {
  if (runId !== '.' && runId !== '..') return runId;
  throw new LlmError('config', `"${runId}" cannot be the runId of a run on Restate: give it another`, {
    path: 'runId',
  });
}

interface Bounds {
  readonly signal?: AbortSignal;
}

const bounded = (signal: AbortSignal | undefined): Bounds => (signal ? { signal } : {});
