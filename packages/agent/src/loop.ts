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
  /** Requests one turn of the model; use `agent.effects`. Pass `turn` on: the last one may be without tools. */
  callModel(state: RunState, turn?: Turn): Promise<Answer>;
  /** Returns the ids of calls that need approval; use `agent.effects`. Without it, approval functions run again on replay. */
  needsApproval?(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
  /** One call of a tool, whose failure is a result as well; `agent.effects` has it. */
  runTool(call: ToolCallPart, state: RunState): Promise<ToolOutcome>;
  /** Returns decisions on calls that wait. The run pauses if the list is empty. */
  decisions(calls: readonly ToolCallPart[], state: RunState): Promise<readonly Decision[]>;
  /**
   * Returns the owner of a call with `effect: 'once'`: `agent.claimOwner()`, as a journal entry. Without it, a call
   * that another process may have begun does not run.
   */
  readonly claim?: ((call: ToolCallPart, state: RunState) => Promise<string>) | undefined;
  /** Messages to put in before the next model call. */
  readonly steer?: ((state: RunState) => Promise<readonly Message[]>) | undefined;
}

/** Settings of a model turn. */
export interface Turn {
  /** No tools: the steps are used up. */
  readonly textOnly: boolean;
}

/** Result of a run, or its state where it paused. */
export interface RunResult {
  /** The answer, also when it came before the last turn; what there is of one when `done` is not `answered`. */
  readonly text: string;
  /** Where the run is, as JSON: it continues from there, here or in another process. */
  readonly state: RunState;
  /** Complete transcript. A new user message at its end continues it. */
  readonly messages: readonly Message[];
  /** Calls that wait for a decision; then `done` is `undefined`. */
  readonly awaiting: readonly ToolCallPart[];
  /** Why it ended: `answered`, or which limit stopped it. `undefined`: it waits for decisions. */
  readonly done: Done | undefined;
  /** Usage of all model calls, those of other processes included. */
  readonly usage: Usage;
  /** Targets that answered, in order of the steps that were taken in this process. */
  readonly targets: readonly string[];
  /** Attempts of the model calls in this process. Empty for `drive`: journals do not store them. */
  readonly attempts: readonly Attempt[];
}

/** Facts about tools that the loop needs in addition to the rules. */
export interface DriveRules extends Rules {
  isOnce(call: ToolCallPart): boolean;
  needsApproval(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
}

/** Performs the actions of `decide` until it returns `stop` or no decision arrives. Throws a `RunError` with the last state. */
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

/** Returns the original error if it is not a model error, since engines suspend and cancel by errors. */
export function unwrapEngineError(error: unknown): unknown {
  return RunError.is(error) && !LlmError.is(error.cause) ? error.cause : error;
}
