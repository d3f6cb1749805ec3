import type { Agent, Decision } from '@majordomo/agent';
import { begunFrom, journaled, type JournaledIo, type Waiting } from '@majordomo/agent/durable';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import * as restate from '@restatedev/restate-sdk';
import { awaiting, decide, roundName } from './decisions.ts';
import { stepsOf } from './steps.ts';
import { asTerminal } from './terminal.ts';

/** How an agent runs on Restate; all of it may be left out. Observers and events are told where a step happens, never again. */
export interface RestateAgentOptions extends JournaledIo {
  /** Restate ends an attempt that says nothing for about this long, and its step begins anew. In ms; default 1,800,000. */
  readonly longestCallMs?: number | undefined;
}

/** The handlers of a workflow of an agent; what they take and give is JSON by `toJson`. */
export type AgentHandlers = {
  /** Once for a key, which is the run's id: a question or a state. Gives the result. */
  run(context: restate.WorkflowContext, input: JsonValue): Promise<JsonValue>;
  /** The calls that wait, as soon as there are some; none once the run is over. */
  awaiting(context: restate.WorkflowSharedContext): Promise<JsonValue>;
  /** Fails for a decision that nothing waits for. */
  decide(context: restate.WorkflowSharedContext, decision: JsonValue): Promise<void>;
};

/** A Restate workflow, to be bound to an endpoint of yours: each run is one of it, under its id. */
export function restateAgent<const Name extends string>(
  name: Name,
  agent: Agent,
  options: RestateAgentOptions = {},
): restate.WorkflowDefinition<Name, AgentHandlers> {
  const { longestCallMs = 1_800_000, ...io } = options;
  const run: AgentHandlers['run'] = async (context, input) => {
    let round = 0;
    const tell = async (waiting: readonly Waiting[], isOver: boolean): Promise<void> => {
      context.set('waiting', toJson(waiting));
      if (waiting.length === 0 && !isOver) return;
      context.set('round', isOver ? round : ++round);
      await context
        .promise<JsonValue>(roundName(isOver ? round + 1 : round))
        .resolve(isOver ? null : toJson(waiting));
    };
    const signal = context.request().attemptCompletedSignal;
    const journal = {
      runId: context.key,
      signal,
      step: stepsOf(context),
      decision: async (_call: unknown, entry: string): Promise<Decision> =>
        fromJson(await context.promise<JsonValue>(entry)),
      awaiting: (waiting: readonly Waiting[]) => tell(waiting, false),
    };
    try {
      const result = await agent.drive(begunFrom(input, context.key), journaled(agent, journal, io));
      await tell([], true);
      return toJson(result);
    } catch (error) {
      const ended = asTerminal(error, signal);
      if (ended instanceof restate.TerminalError) await tell([], true);
      throw ended;
    }
  };
  return restate.workflow({
    name,
    handlers: { run, awaiting, decide },
    options: { abortTimeout: longestCallMs },
  });
}
