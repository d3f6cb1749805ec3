import { LlmError, type Attempt, type Message, type ToolCallPart, type Usage } from '@majordomo/core';
import { answered, approvalsChecked, claimed, decided, interrupted, steered, toolsRan } from './advance.ts';
import { answerText } from './answer-text.ts';
import { decide, type Rules } from './decide.ts';
import { checkDecisions } from './decision.ts';
import { RunError } from './run-error.ts';
import type { Answer, Decision, Done, RunState, ToolOutcome } from './state.ts';

/**
 * Everything that a run does to the world. Each takes and returns JSON (by `toJson`), so that a journal can keep what
 * came back and a replay need not do it again. Names for the entries are in `@majordomo/agent/steps`.
 */
export interface Effects {
  /** One turn of the model; `agent.effects` has it. Hand `turn` on: the last one may be for words alone. */
  callModel(state: RunState, turn?: Turn): Promise<Answer>;
  /**
   * Ids of those calls that a person has to agree to first; `agent.effects` has it. Default: that, without a journal, so
   * that approval functions are asked again on replay.
   */
  needsApproval?(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
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

/** How the model is asked for a turn. */
export interface Turn {
  /** No tools: the steps are used up. */
  readonly textOnly: boolean;
}

/** What a run came to, or where it paused. */
export interface RunResult {
  /** The answer, also when it came before the last turn; what there is of one when `done` is not `answered`. */
  readonly text: string;
  /** Where the run is, as JSON: it continues from there, here or in another process. */
  readonly state: RunState;
  /** The whole transcript: with a new user message behind it, it continues. */
  readonly messages: readonly Message[];
  /** Calls that wait for a decision; then `done` is `undefined`. */
  readonly awaiting: readonly ToolCallPart[];
  /** Why it ended: `answered`, or which limit stopped it. `undefined`: it waits for decisions. */
  readonly done: Done | undefined;
  /** Of all its model calls, those of other processes included. */
  readonly usage: Usage;
  /** Targets that answered, in order of the steps that were taken in this process. */
  readonly targets: readonly string[];
  /** Of the model calls that `run` or `stream` made in this process; journals keep none, so that `drive` has none. */
  readonly attempts: readonly Attempt[];
}

/** What the loop has to know next to what follows from a state. */
export interface DriveRules extends Rules {
  isOnce(call: ToolCallPart): boolean;
  needsApproval(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
}

/**
 * Does what `decide` says until it says stop, or until nobody decides on what it waits for. Throws a `RunError` whatever
 * the cause, with the last state that was reached.
 */
export async function drive(initial: RunState, effects: Effects, rules: DriveRules): Promise<RunResult> {
  let state = initial;
  const targets: string[] = [];
  const resultNow = (awaiting: readonly ToolCallPart[]): RunResult => resultOf(state, awaiting, targets);
  try {
    for (;;) {
      const action = decide(state, rules);
      switch (action.type) {
        case 'call-model': {
          const { textOnly = false } = action;
          state = steered(state, (await effects.steer?.(state)) ?? []);
          const answer = await effects.callModel(state, { textOnly });
          targets.push(answer.target);
          state = answered(state, answer, textOnly);
          break;
        }
        case 'check-approval': {
          const check = effects.needsApproval?.(action.calls, state);
          const needed = await (check ?? rules.needsApproval(action.calls, state));
          state = approvalsChecked(state, action.calls, needed);
          break;
        }
        case 'run-tools': {
          state = await withClaims(action.calls, state, effects, rules);
          const { outcomes, failure } = await runTools(action.calls, state, effects);
          state = toolsRan(state, outcomes);
          if (failure !== undefined) throw failure.reason as unknown;
          break;
        }
        case 'await-decisions': {
          const decisions = await effects.decisions(action.calls, state);
          checkDecisions(decisions);
          const next = decided(state, decisions);
          if (next === state) return resultNow(action.calls);
          state = next;
          break;
        }
        case 'stop':
          state = { ...state, done: action.why };
          return resultNow([]);
        default:
          action satisfies never;
      }
    }
  } catch (error) {
    throw new RunError(interrupted(state), error);
  }
}

/** Who begins a call that may begin once is written down before it begins. */
async function withClaims(
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

/** What finished is kept, also when another one ended the run. */
async function runTools(
  calls: readonly ToolCallPart[],
  state: RunState,
  effects: Effects,
): Promise<{
  readonly outcomes: readonly ToolOutcome[];
  readonly failure: PromiseRejectedResult | undefined;
}> {
  const settled = await Promise.allSettled(calls.map((call) => effects.runTool(call, state)));
  return {
    outcomes: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    failure: settled.find((one) => one.status === 'rejected'),
  };
}

function resultOf(state: RunState, awaiting: readonly ToolCallPart[], targets: readonly string[]): RunResult {
  const { messages, done, usage } = state;
  const text = answerText(messages);
  return { text, state, messages, awaiting, done, usage, targets, attempts: [] };
}

/** For drivers with errors of their own, by which an engine suspends or cancels: those pass as they came. */
export function unwrapEngineError(error: unknown): unknown {
  return RunError.is(error) && !LlmError.is(error.cause) ? error.cause : error;
}
