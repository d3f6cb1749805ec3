import type { Agent } from '@majordomo/agent';
import {
  checkAdapter,
  RUN_JOURNALED_KINDS,
  runJournaled,
  type RunJournal,
  type RunJournaledIo,
} from '@majordomo/agent/durable';
import { fromJson, type JsonValue } from '@majordomo/core';
import { number, type KindsOf } from '@majordomo/core/toolkit';
import * as restate from '@restatedev/restate-sdk';
import { awaiting, decide, waitingReports, publishInvocation } from './decisions.ts';
import { createSteps } from './steps.ts';
import { runFailure, terminalError } from './terminal.ts';

/** Options of `restateAgent`. Observers and `onEvent` are called in the process that executes a step, and not on a replay. */
export interface RestateAgentOptions extends RunJournaledIo {
  /** Maximum time of a step without progress, in milliseconds, after which Restate executes the step again. @default 1_800_000 */
  readonly longestCallMs?: number | undefined;
  /**
   * Time for which an ended run is stored, in milliseconds. During this time, its result is available, and no other run can use
   * its id. @default Restate's default, one day
   */
  readonly keepRunsMs?: number | undefined;
}

/** Handlers of an agent's workflow. Their arguments and results have the JSON form that `toJson` returns. */
export type AgentHandlers = {
  /** Runs the agent for a `RunInput`. The key is the run's id. Returns the result, whose transcript is only in `state`. */
  run(context: restate.WorkflowContext, input: JsonValue): Promise<JsonValue>;
  /** Waits until at least one call waits for a decision, and returns the waiting calls. Returns `[]` if the run has ended. */
  awaiting(context: restate.WorkflowSharedContext): Promise<JsonValue>;
  /** Stores a decision. Fails if the tool call does not wait for a decision. */
  decide(context: restate.WorkflowSharedContext, decision: JsonValue): Promise<void>;
};

const KINDS: KindsOf<RestateAgentOptions> = {
  ...RUN_JOURNALED_KINDS,
  longestCallMs: number(1),
  keepRunsMs: number(0),
};

/** Maximum size of an entry in bytes. Restate accepts messages of 32 MiB by default and retries larger messages forever. */
const MAX_BYTES = 30 * 1_048_576;

/** Creates a Restate workflow to bind to an endpoint. Each run is an invocation with the run's id as key. Throws kind `config` for invalid options. */
export function restateAgent<const Name extends string>(
  name: Name,
  agent: Agent,
  options: RestateAgentOptions = {},
): restate.WorkflowDefinition<Name, AgentHandlers> {
  checkAdapter('restateAgent', name, agent, options, KINDS);
  const { longestCallMs = 1_800_000, keepRunsMs, ...io } = options;
  const run: AgentHandlers['run'] = (context, input) => {
    publishInvocation(context);
    return runJournaled(agent, input, createJournal(context), io);
  };
  return restate.workflow({
    name,
    handlers: { run, awaiting, decide },
    // A server that does not support `onJournalMismatchErrors` retries the run instead of ending it.
    options: {
      abortTimeout: longestCallMs,
      onJournalMismatchErrors: 'fail',
      ...(keepRunsMs !== undefined && { workflowRetention: keepRunsMs }),
    },
  });
}

const createJournal = (context: restate.WorkflowContext): RunJournal => ({
  runId: context.key,
  signal: context.request().attemptCompletedSignal,
  maxBytes: MAX_BYTES,
  step: createSteps(context),
  decision: async (_call, entry) => fromJson(await context.promise<JsonValue>(entry)),
  ...waitingReports(context),
  runFailure,
  toEngineError: (error) => terminalError(error),
});
