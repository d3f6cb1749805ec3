import type { Message } from '@majordomo/core';
import { callSite, rejectWithCallSite } from '@majordomo/core/toolkit';
import { withParts } from './agent-parts.ts';
import { WatchedRun, type AgentStream } from './agent-stream.ts';
import type { Budget } from './budget.ts';
import type { RunInput } from './initial-state.ts';
import { decide, type Action } from './decide.ts';
import { localEffects, createReports, type AgentEffects, type EffectsIo } from './effects.ts';
import { filterText } from './filter-text.ts';
import { drive, unwrapEngineError, type Effects, type RunResult } from './loop.ts';
import { agentParts, type AgentOptions } from './options.ts';
import { runLocally } from './run-locally.ts';
import type { RunOptions, StreamOptions } from './run-options.ts';
import { begin, type RunState } from './state.ts';

/** Agent, which consists of a model with instructions and tools. An agent stores no state of its runs. */
export interface Agent {
  /** Returns the state before the first step, with the budget of the run, or the budget of the agent. */
  begin(input: string | readonly Message[], options?: { readonly budget?: Budget | undefined }): RunState;
  /** Returns the next action of a run without side effects. */
  decide(state: RunState): Action;
  /** Returns the effects that call the model and the tools in this process. A driver can wrap these effects. */
  effects(io: EffectsIo): AgentEffects;
  /** Returns the id of this agent, for `Effects.claim`. */
  claimOwner(): string;
  /**
   * Runs the agent loop with the given effects. `run` and `stream` use local effects; a durable engine uses journaled effects.
   * Throws a `RunError` for a model error. Throws any other error of an effect unchanged.
   */
  drive(state: RunState, effects: Effects): Promise<RunResult>;
  /**
   * Runs until the run ends or a call waits for a decision. Throws a `RunError` with the state. Before the first effect, throws
   * `config` for an invalid state or a `once` call without `claim`, and `invalid-request` for a decision that no call waits for.
   */
  run(input: RunInput, options?: RunOptions): Promise<RunResult>;
  /** Runs like `run` and returns the events of the run. The run starts when the first event is read. */
  stream(input: RunInput, options?: StreamOptions): AgentStream;
}

/**
 * Creates an agent, which calls a model with instructions and tools in a loop. Throws `config` if the model is missing or two
 * tools have the same name.
 *
 * @example
 * const agent = createAgent({ model, instructions: 'Be brief.', tools: [weather] });
 * const { text } = await agent.run('Do I need an umbrella in Oslo?');
 */
export function createAgent(options: AgentOptions): Agent {
  const parts = agentParts(options);
  const run: Agent['run'] = (input, runOptions = {}) =>
    rejectWithCallSite(callSite(run), runLocally(parts, input, runOptions, undefined));
  const stream: Agent['stream'] = (input, { text = 'all', ...runOptions } = {}) => {
    const site = callSite(stream);
    return new WatchedRun(
      async (emit, signal) =>
        rejectWithCallSite(site, runLocally(parts, input, { ...runOptions, signal }, filterText(text, emit))),
      runOptions.signal,
    );
  };
  const agent: Agent = {
    begin: (input, { budget = options.budget } = {}) => begin(input, { budget }),
    decide: (state) => decide(state, parts.rules),
    effects: (io) => localEffects(parts, io, createReports(parts, io)),
    claimOwner: () => parts.started.ownerId(),
    drive: (state, effects) =>
      drive(state, effects, parts.rules).catch((error: unknown) => {
        throw unwrapEngineError(error);
      }),
    run,
    stream,
  };
  return withParts(agent, parts);
}
