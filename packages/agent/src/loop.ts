import { LlmError, type Message, type ToolCallPart, type Usage } from '@majordomo/core';
import { answered, claimed, decided, interrupted, steered, toolsRan } from './advance.ts';
import { answerText } from './answer-text.ts';
import { decide, runnable, type Action, type Rules } from './decide.ts';
import { RunError } from './run-error.ts';
import type { Answer, Decision, Done, RunState, ToolOutcome } from './state.ts';

/**
 * Everything that a run does to the world. Each takes and returns JSON (by `toJson`), so that a journal can keep what
 * came back and a replay need not do it again. Names for the entries are in `@majordomo/agent/steps`.
 */
export interface Effects {
  /** One turn of the model; `agent.effects` has it. */
  ask(state: RunState): Promise<Answer>;
  /** One call of a tool, whose failure is a result as well; `agent.effects` has it. */
  runTool(call: ToolCallPart, state: RunState): Promise<ToolOutcome>;
  /** What was decided on calls that wait. None: the run pauses here. */
  decisions(calls: readonly ToolCallPart[], state: RunState): Promise<readonly Decision[]>;
  /**
   * Says who begins a call of a tool with `effect: 'once'`: `agent.claim()`, as an entry of its own. Without it, a
   * call that another process may have begun does not run; with it, only one that another process did claim.
   */
  readonly claim?: ((call: ToolCallPart, state: RunState) => Promise<string>) | undefined;
  /** Messages to put in before the next model call. */
  readonly steer?: ((state: RunState) => Promise<readonly Message[]>) | undefined;
}

/** What a run came to, or where it paused. */
export interface RunResult {
  /** The answer, also when it came before the last turn; what there is of one when `done` is not `answered`. */
  readonly text: string;
  readonly state: RunState;
  /** The whole transcript: with a new user message behind it, it continues. */
  readonly messages: readonly Message[];
  /** Calls that wait for a decision; then `done` is `undefined`. */
  readonly awaiting: readonly ToolCallPart[];
  readonly done: Done | undefined;
  readonly usage: Usage;
}

/** What the loop has to know beside what follows from a state. */
export interface DriveRules extends Rules {
  readonly isOnce: (call: ToolCallPart) => boolean;
  /** Run the calls of a turn side by side. */
  readonly parallel: boolean;
}

/** Does what `decide` says until it says stop, or nobody decides. Throws a `RunError` whatever the cause. */
export async function drive(begun: RunState, effects: Effects, rules: DriveRules): Promise<RunResult> {
  let state = begun;
  const keep = (next: RunState): void => {
    state = next;
  };
  try {
    for (;;) {
      const action = decide(state, rules);
      if (action.type === 'stop') return resultOf({ ...state, done: action.why }, []);
      const before = state;
      await take(action, state, effects, rules, keep);
      if (action.type === 'decide' && before === state) return resultOf(state, action.calls);
    }
  } catch (error) {
    throw new RunError(interrupted(state), error);
  }
}

/** One action. `keep` gets every state on the way, so that nothing is lost when the rest fails. */
async function take(
  action: Exclude<Action, { type: 'stop' }>,
  state: RunState,
  effects: Effects,
  rules: DriveRules,
  keep: (state: RunState) => void,
): Promise<void> {
  switch (action.type) {
    case 'ask': {
      const next = steered(state, (await effects.steer?.(state)) ?? []);
      keep(next);
      keep(answered(next, await effects.ask(next), action.textOnly));
      return;
    }
    case 'decide':
      keep(decided(state, await effects.decisions(action.calls, state)));
      return;
    case 'run-tool': {
      const calls = rules.parallel ? runnable(state, rules) : [action.call];
      await runTools(calls, await claims(calls, state, effects, rules), effects, keep);
      return;
    }
    default:
      action satisfies never;
  }
}

async function claims(
  calls: readonly ToolCallPart[],
  state: RunState,
  effects: Effects,
  rules: DriveRules,
): Promise<RunState> {
  let next = state;
  for (const call of calls) {
    if (effects.claim === undefined || !rules.isOnce(call) || next.claims?.[call.id] !== undefined) continue;
    next = claimed(next, call, await effects.claim(call, next));
  }
  return next;
}

/** What finished is kept, also when another one of them ended the run. */
async function runTools(
  calls: readonly ToolCallPart[],
  state: RunState,
  effects: Effects,
  keep: (state: RunState) => void,
): Promise<void> {
  const settled = await Promise.allSettled(calls.map((call) => effects.runTool(call, state)));
  keep(
    toolsRan(
      state,
      settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    ),
  );
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason as unknown;
}

function resultOf(state: RunState, awaiting: readonly ToolCallPart[]): RunResult {
  const { messages, done, usage } = state;
  return { text: answerText(messages), state, messages, awaiting, done, usage };
}

/** For drivers with errors of their own, by which an engine suspends or cancels: those pass as they came. */
export function unwrapped(error: unknown): unknown {
  return RunError.is(error) && !LlmError.is(error.cause) ? error.cause : error;
}
