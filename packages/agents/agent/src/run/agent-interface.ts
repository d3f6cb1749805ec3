import type { Message } from '@majordomo/core';
import type { AgentStream } from '../stream/agent-stream.ts';
import type { Budget } from '../budget/budget.ts';
import type { Action } from '../loop/decide.ts';
import type { AgentEffects } from './effects.ts';
import type { EffectsIo } from './local-run.ts';
import type { RunInput } from '../state/initial-state.ts';
import type { Effects, RunResult } from '../loop/loop.ts';
import type { RunOptions, StreamOptions } from './run-options.ts';
import type { RunState } from '../state/state.ts';

/** Agent, which consists of a model with instructions and tools. An agent stores no state of its runs. */
export interface Agent {
  /** Name of the agent. Required if another agent hands off to this agent. */
  readonly name: string | undefined;
  /** Returns the state before the first step. The budget of the state is `options.budget`, by default the agent's budget. */
  begin(input: string | readonly Message[], options?: { readonly budget?: Budget | undefined }): RunState;
  /** Returns the next action of a run. Has no side effects. */
  decide(state: RunState): Action;
  /**
   * Returns the effects that call the model and the tools in this process. A driver can wrap these effects. Pass `claim` if the
   * agent, a sub-agent or an agent of a handoff has a tool with `effect: 'once'`. Throws `config` for an invalid `claim`.
   */
  effects(io: EffectsIo): AgentEffects;
  /** Returns the id of this agent. `Effects.claim` returns the id as the owner of a call. */
  claimOwner(): string;
  /**
   * Runs the agent loop with the given effects. `run` and `stream` use local effects. A durable engine uses journaled effects.
   * Throws a `RunError` if an effect throws an `LlmError`. Throws any other error of an effect unchanged. Throws `config` before any
   * effect if `effects` has no `claim` and the agent has a tool with `effect: 'once'`.
   */
  drive(state: RunState, effects: Effects): Promise<RunResult>;
  /**
   * Runs until the run ends or a call waits for a decision. A failed run throws a `RunError` that contains the state. Before any
   * effect, throws `config` for an invalid state or a missing `claim`, and `invalid-request` for an unexpected decision.
   */
  run(input: RunInput, options?: RunOptions): Promise<RunResult>;
  /** Runs the agent as `run` does, and returns the events of the run. The run starts when the first event is read. */
  stream(input: RunInput, options?: StreamOptions): AgentStream;
}
