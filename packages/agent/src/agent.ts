import { LlmError, type CallOptions, type Message, type ToolCallPart } from '@majordomo/core';
import { WatchedRun, type AgentStream } from './agent-stream.ts';
import { decide, type Action } from './decide.ts';
import { LocalEffects, type EffectsIo } from './effects.ts';
import type { Emit } from './event.ts';
import type { Observers } from './hooks.ts';
import { drive, unwrapped, type Effects, type RunResult } from './loop.ts';
import { Once } from './once.ts';
import { askingOf, rulesOf, SYSTEM_TIMER, type AgentOptions } from './options.ts';
import { begin, type Decision, type RunState } from './state.ts';

/** What one run gets: call options for its model calls, observers, and what a paused run waits for. */
export interface RunOptions extends CallOptions, Observers {
  /** For the calls that a paused run waits for. */
  readonly decisions?: readonly Decision[] | undefined;
  /** For the tools, as `ToolContext.context`. */
  readonly context?: unknown;
  /** Names the run in `ToolContext.key`. Default: that of the state, else a random UUID. */
  readonly runId?: string | undefined;
  /** Agents above this one; `agentTool` counts them. */
  readonly depth?: number | undefined;
}

/** A model with its instructions and tools, ready to run; it keeps nothing of a run. */
export interface Agent {
  /** The state before the first step. */
  begin(input: string | readonly Message[]): RunState;
  /** What follows from a state; pure. */
  decide(state: RunState): Action;
  /** The effects on this process's model and tools, for a driver that wraps them. */
  effects(io: EffectsIo): Omit<Effects, 'decisions' | 'claim'>;
  /** Names this process, as `Effects.claim` keeps it. */
  claim(): string;
  /**
   * The one loop; `run` and `stream` are `drive` over local effects, a durable engine is `drive` over journaled ones.
   * Throws a `RunError` for a model error; what else an effect throws passes as it came.
   */
  drive(state: RunState, effects: Effects): Promise<RunResult>;
  /** Runs to the end, or until a call waits for a decision. Throws a `RunError`, which has the state. */
  run(input: string | readonly Message[] | RunState, options?: RunOptions): Promise<RunResult>;
  /** The same, watched. Lazy: nothing happens before the first read. */
  stream(input: string | readonly Message[] | RunState, options?: RunOptions): AgentStream;
}

/**
 * A model with instructions and tools, in a loop. Throws `config` when two tools have one name.
 *
 * @example
 * const agent = createAgent({ model, instructions: 'Be brief.', tools: [weather] });
 * const { text } = await agent.run('Do I need an umbrella in Oslo?');
 */
export function createAgent(options: AgentOptions): Agent {
  const asking = askingOf(options);
  const rules = rulesOf(options, asking.tools);
  const clock = options.clock ?? SYSTEM_TIMER;
  const once = new Once();
  const effects = (io: EffectsIo): LocalEffects => new LocalEffects({ ...asking, rules }, io, clock, once);
  const run = async (
    input: string | readonly Message[] | RunState,
    runOptions: RunOptions,
    onEvent?: Emit,
  ): Promise<RunResult> => {
    const {
      decisions = [],
      context,
      runId,
      depth,
      signal,
      onStepStart,
      onToolStart,
      onStep,
      ...call
    } = runOptions;
    const begun = stateOf(input, runId);
    const io = { context, depth, onStepStart, onToolStart, onStep, onEvent, options: call };
    const local = effects({
      ...io,
      runId: begun.runId ?? '',
      signal: signal ?? new AbortController().signal,
    });
    const left = expected(decisions, begun);
    const { ask, runTool, steer } = local;
    const taken = async (calls: readonly ToolCallPart[]): Promise<readonly Decision[]> =>
      takeFor(calls, left);
    const result = await drive(
      begun,
      { ask, runTool, ...(steer && { steer }), decisions: taken, claim: async () => once.mark() },
      rules,
    );
    await local.endStep();
    return result;
  };
  return {
    begin,
    decide: (state) => decide(state, rules),
    effects(io) {
      const { ask, runTool, steer } = effects(io);
      return { ask, runTool, ...(steer && { steer }) };
    },
    claim: () => once.mark(),
    drive: (state, given) =>
      drive(state, given, rules).catch((error: unknown) => {
        throw unwrapped(error);
      }),
    run: (input, runOptions = {}) => run(input, runOptions),
    stream: (input, runOptions = {}) =>
      new WatchedRun((emit, signal) => run(input, { ...runOptions, signal }, emit), runOptions.signal),
  };
}

function stateOf(input: string | readonly Message[] | RunState, runId: string | undefined): RunState {
  if (typeof input === 'string' || isList(input))
    return { ...begin(input), runId: runId ?? crypto.randomUUID() };
  const { version } = input as { readonly version: number };
  if (version !== 1)
    throw new LlmError('config', `a run state of version ${version} is not for this version of the agent`);
  return { ...input, runId: runId ?? input.runId ?? crypto.randomUUID() };
}

/** A decision that nobody waits for is a mistake of the caller: it would be lost in silence. */
function expected(decisions: readonly Decision[], { pending, suspended = [] }: RunState): Decision[] {
  for (const decision of decisions) {
    const { callId } = decision;
    const refuse = (why: string): never => {
      throw new LlmError('invalid-request', `${why} "${callId}"`);
    };
    if (pending.every(({ id }) => id !== callId)) refuse('no pending call has the id');
    const waits = suspended.some((waiting) => waiting.callId === callId);
    if (waits && 'approve' in decision) refuse('it takes a result to answer the suspended call');
  }
  return [...decisions];
}

/** Each decision counts once: a later step may have calls of the same ids. */
function takeFor(calls: readonly ToolCallPart[], left: Decision[]): readonly Decision[] {
  const isMeant = ({ callId }: Decision): boolean => calls.some(({ id }) => id === callId);
  const taken = left.filter(isMeant);
  left.splice(0, left.length, ...left.filter((decision) => !isMeant(decision)));
  return taken;
}

/** `Array.isArray` does not narrow a readonly array. */
const isList = (input: readonly Message[] | RunState): input is readonly Message[] => Array.isArray(input);
