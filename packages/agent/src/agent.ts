import type { Message } from '@majordomo/core';
import { callSite, rejectWithCallSite } from '@majordomo/core/toolkit';
import { WatchedRun, type AgentStream } from './agent-stream.ts';
import type { RunInput } from './initial-state.ts';
import { decide, type Action } from './decide.ts';
import { localEffects, createReports, type AgentEffects, type EffectsIo } from './effects.ts';
import { filterText } from './final-text.ts';
import { drive, unwrapEngineError, type Effects, type RunResult } from './loop.ts';
import { agentParts, type AgentOptions } from './options.ts';
import { runLocally } from './run-locally.ts';
import type { RunOptions, StreamOptions } from './run-options.ts';
import { begin, type RunState } from './state.ts';

/** A model with its instructions and tools, ready to run; it keeps nothing of a run. */
export interface Agent {
  /** The state before the first step. */
  begin(input: string | readonly Message[]): RunState;
  /** Returns the next action; pure. */
  decide(state: RunState): Action;
  /** The effects on this process's model and tools, for a driver that wraps them. */
  effects(io: EffectsIo): AgentEffects;
  /** Names this process, as `Effects.claim` keeps it. */
  claimOwner(): string;
  /**
   * The one loop; `run` and `stream` are `drive` over local effects, a durable engine is `drive` over journaled ones.
   * Throws a `RunError` for a model error; what else an effect throws passes as it came.
   */
  drive(state: RunState, effects: Effects): Promise<RunResult>;
  /**
   * Runs to the end, or until a call waits for a decision. Throws a `RunError`, which has the state; before anything runs
   * `config` for a state that is not complete or whose `once` call needs `claim`, and `invalid-request` for a decision that
   * nothing waits for.
   */
  run(input: RunInput, options?: RunOptions): Promise<RunResult>;
  /** The same, watched. Lazy: nothing happens before the first read. */
  stream(input: RunInput, options?: StreamOptions): AgentStream;
}

/**
 * A model with instructions and tools, in a loop. Throws `config` without a model, and when two tools have one name.
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
  return {
    begin,
    decide: (state) => decide(state, parts.rules),
    effects: (io) => localEffects(parts, io, createReports(parts, io)),
    claimOwner: () => parts.once.ownerId(),
    drive: (state, effects) =>
      drive(state, effects, parts.rules).catch((error: unknown) => {
        throw unwrapEngineError(error);
      }),
    run,
    stream,
  };
}
