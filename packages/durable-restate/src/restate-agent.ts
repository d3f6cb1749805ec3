import type { Agent } from '@majordomo/agent';
import { runJournaled, type RunJournal, type RunJournaledIo } from '@majordomo/agent/durable';
import { fromJson, type JsonValue } from '@majordomo/core';
import * as restate from '@restatedev/restate-sdk';
import { awaiting, decide, roundsOf, tellBegun } from './decisions.ts';
import { stepsOf } from './steps.ts';
import { runFailure, terminal } from './terminal.ts';

/** How an agent runs on Restate; all of it may be left out. Observers and events are told where a step happens, never again. */
export interface RestateAgentOptions extends RunJournaledIo {
  /** Restate ends an attempt that says nothing for about this long, and its step begins again. In ms; default 1,800,000. */
  readonly longestCallMs?: number | undefined;
  /**
   * How long a run that is over is known: until then its result can be had, and its id begins no other. In ms; default: Restate's,
   * a day.
   */
  readonly keepRunsMs?: number | undefined;
}

/** The handlers of a workflow of an agent; what they take and give is JSON by `toJson`. */
export type AgentHandlers = {
  /** Once for a key, which is the run's id: a question or a state. Gives the result, its transcript in `state` alone. */
  run(context: restate.WorkflowContext, input: JsonValue): Promise<JsonValue>;
  /** The calls that wait, as soon as there are some; none once the run is over. */
  awaiting(context: restate.WorkflowSharedContext): Promise<JsonValue>;
  /** Fails for a decision that nothing waits for. */
  decide(context: restate.WorkflowSharedContext, decision: JsonValue): Promise<void>;
};

/** Restate takes messages of 32 MiB unless told otherwise, and tries what is larger again for ever. */
const MOST_BYTES = 30 * 1_048_576;

/** A Restate workflow, to be bound to an endpoint of yours: each run is one of it, under its id. */
export function restateAgent<const Name extends string>(
  name: Name,
  agent: Agent,
  options: RestateAgentOptions = {},
): restate.WorkflowDefinition<Name, AgentHandlers> {
  const { longestCallMs = 1_800_000, keepRunsMs, ...io } = options;
  const run: AgentHandlers['run'] = (context, input) => {
    tellBegun(context);
    return runJournaled(agent, input, journalOf(context), io);
  };
  return restate.workflow({
    name,
    handlers: { run, awaiting, decide },
    // Servers that know no such end try again instead.
    options: {
      abortTimeout: longestCallMs,
      onJournalMismatchErrors: 'fail',
      ...(keepRunsMs !== undefined && { workflowRetention: keepRunsMs }),
    },
  });
}

const journalOf = (context: restate.WorkflowContext): RunJournal => ({
  runId: context.key,
  signal: context.request().attemptCompletedSignal,
  maxBytes: MOST_BYTES,
  step: stepsOf(context),
  decision: async (_call, entry) => fromJson(await context.promise<JsonValue>(entry)),
  ...roundsOf(context),
  runFailure,
  toEngineError: (error) => terminal(error),
});
