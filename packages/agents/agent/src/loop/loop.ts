import { LlmError, type Attempt, type Message, type ToolCallPart, type Usage } from '@majordomo/core';
import {
  answered,
  approvalsChecked,
  claimed,
  decided,
  handedOff,
  interrupted,
  programWaits,
  steered,
  toolsRan,
  withFailedWork,
} from './advance.ts';
import { answerText } from './answer-text.ts';
import { NOTHING_SPENT, type Budget, type Spent } from '../budget/budget.ts';
import { missingClaim } from '../state/claims.ts';
import { decide, type Rules } from './decide.ts';
import { unknownCalls } from '../state/call-paths.ts';
import { checkDecisions } from '../state/decision.ts';
import { RunError } from '../state/run-error.ts';
import { failedWorkOf } from './spending.ts';
import {
  entryOf,
  type Answer,
  type Decision,
  type Done,
  type RunState,
  type ToolOutcome,
  type UnknownCall,
} from '../state/state.ts';

/**
 * Effects of a run. Arguments and results are JSON (by `toJson`). A journal can store the results, so that a replay does not
 * repeat the effects. `@majordomo/agent/steps` exports functions that return the names of these journal entries.
 */
export interface Effects {
  /** Calls the model for its next turn. A wrapper must pass on `turn`, because `turn` may prohibit tool calls. */
  callModel(state: RunState, turn?: Turn): Promise<Answer>;
  /** Returns the ids of the calls that need approval. If this effect is not set, a replay repeats the check. */
  needsApproval?(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
  /** Runs one tool call. Returns a failure as an error result. */
  runTool(call: ToolCallPart, state: RunState): Promise<ToolOutcome>;
  /** Returns whether a call runs alone, after the turn's other calls, so that the order of journal entries is fixed. */
  readonly runsAlone?: ((call: ToolCallPart, state: RunState) => boolean) | undefined;
  /** Returns decisions on waiting calls, or an empty array to pause the run. The id of a call inside a sub-agent is a path. */
  decisions(calls: readonly ToolCallPart[], state: RunState): Promise<readonly Decision[]>;
  /**
   * Returns the owner of a call with `effect: 'once'`. `agent.effects({ records })` claims the call in the store. A journal stores
   * the result of `agent.claimOwner()` instead. If this effect is not set, `drive` rejects tools with `effect: 'once'`.
   */
  readonly claim?: ((call: ToolCallPart, state: RunState) => Promise<string>) | undefined;
  /** Returns messages to append before the next model call. Not called while a program at the vendor waits for results. */
  readonly steer?: ((state: RunState) => Promise<readonly Message[]>) | undefined;
}

/** Settings of a model turn. */
export interface Turn {
  /** Whether the request prohibits tool calls, because no steps remain. */
  readonly textOnly: boolean;
}

/** Result of a run that ended or paused. */
export interface RunResult {
  /** Text of the answer, which may be from an earlier turn. If `done` is not `answered`, the last text so far. */
  readonly text: string;
  /** State of the run. Any process can continue the run from this state's JSON. */
  readonly state: RunState;
  /** Complete transcript. To continue the conversation, append a user message. */
  readonly messages: readonly Message[];
  /**
   * Calls that wait for a decision. If the array is not empty, `done` is `undefined`. The id of a call inside a sub-agent is the path
   * `<call of the agent tool>/<id of the call inside>`, with one segment per level.
   */
  readonly awaiting: readonly ToolCallPart[];
  /**
   * Calls of `awaiting` with `effect: 'once'` that were started and whose result is unknown, because the process ended or the call
   * timed out. They do not start again. A decision `result` or `notDone` settles them.
   */
  readonly unknown: readonly UnknownCall[];
  /** Reason for which the run ended, or `undefined` if the run waits for decisions. */
  readonly done: Done | undefined;
  /** Usage of all model calls, including those in other processes. */
  readonly usage: Usage;
  /** Name of the active agent: the agent of the last handoff, otherwise the agent that was run. */
  readonly agent: string | undefined;
  /** Amounts that the run has spent. Without `budget` and `cost`, all amounts except `tokens` are 0. */
  readonly spent: Spent;
  /** Targets whose responses were used in this process, in the order of the steps. */
  readonly targets: readonly string[];
  /** Attempts of model calls in this process. Empty after `drive`, because journals do not store attempts. */
  readonly attempts: readonly Attempt[];
}

/** Rules of `decide`, and further properties of the agent that the loop requires. */
export interface DriveRules extends Rules {
  readonly agentName: string | undefined;
  readonly maxHandoffs: number;
  /** Budget for a run whose state has no budget. */
  readonly budget?: Budget | undefined;
  isOnce(call: ToolCallPart, state: RunState): boolean;
  /** Whether the call, or a call of its waiting sub-agent, has `effect: 'once'`. */
  hasOnce(call: ToolCallPart, state: RunState): boolean;
  needsApproval(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
}

/** Owner of a call whose claim has failed. */
const UNKNOWN_OWNER = 'unknown';

/** Performs the actions of `decide` until the run stops or pauses. If an action fails, throws a `RunError` with the state. */
export async function drive(initial: RunState, effects: Effects, rules: DriveRules): Promise<RunResult> {
  let state = startOf(initial, rules);
  const targets: string[] = [];
  const resultNow = (awaiting: readonly ToolCallPart[]): RunResult =>
    resultOf(state, awaiting, targets, rules);
  try {
    for (;;) {
      const action = decide(state, rules);
      switch (action.type) {
        case 'call-model': {
          const { textOnly = false } = action;
          if (!programWaits(state)) state = steered(state, (await effects.steer?.(state)) ?? []);
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
          for (const call of action.calls) {
            if (!rules.isOnce(call, state) || entryOf(state.claims, call.id) !== undefined) continue;
            if (effects.claim === undefined) throw missingClaim(call.name);
            const claiming = effects.claim(call, state);
            // If the claim fails, it may be stored, and another process may have begun the call.
            state = claimed(state, call, UNKNOWN_OWNER);
            state = claimed(state, call, await claiming);
          }
          const { groups, failures } = await runTools(action.calls, state, effects);
          // The groups ran one after another, so the time of each counts.
          state = groups.reduce(toolsRan, state);
          const [first, ...others] = failures;
          // The work of the first error is added where the error is caught.
          for (const { reason } of others) state = withFailedWork(state, failedWorkOf(reason));
          if (first !== undefined) throw first.reason as unknown;
          break;
        }
        case 'hand-off':
          state = handedOff(state, action.call, action.to, rules.maxHandoffs);
          break;
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
    const failed = withFailedWork(state, failedWorkOf(error));
    throw new RunError(
      interrupted(failed, (call) => rules.hasOnce(call, failed)),
      error,
    );
  }
}

/** Returns the state with the name and the budget of the agent, if it has none. */
function startOf(state: RunState, { agentName, budget }: DriveRules): RunState {
  const { agent = agentName, budget: own = budget } = state;
  return { ...state, ...(agent !== undefined && { agent }), ...(own && { budget: own }) };
}

/** Runs the calls, and returns their outcomes in groups. The calls of a group run in parallel, and the groups one after another. */
async function runTools(
  calls: readonly ToolCallPart[],
  state: RunState,
  effects: Effects,
): Promise<{
  readonly groups: readonly (readonly ToolOutcome[])[];
  readonly failures: readonly PromiseRejectedResult[];
}> {
  const isAlone = (call: ToolCallPart): boolean => effects.runsAlone?.(call, state) === true;
  const callGroups = [calls.filter((call) => !isAlone(call)), ...calls.filter(isAlone).map((call) => [call])];
  const groups: (readonly ToolOutcome[])[] = [];
  for (const group of callGroups) {
    const settled = await Promise.allSettled(group.map((call) => effects.runTool(call, state)));
    groups.push(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    const failures = settled.filter((one) => one.status === 'rejected');
    if (failures.length > 0) return { groups, failures };
  }
  return { groups, failures: [] };
}

function resultOf(
  state: RunState,
  awaiting: readonly ToolCallPart[],
  targets: readonly string[],
  { agentName }: DriveRules,
): RunResult {
  const { messages, done, usage, handoffs = [] } = state;
  const agent = handoffs.at(-1)?.to ?? agentName;
  const text = answerText(messages);
  const tokens = (usage.input ?? 0) + (usage.output ?? 0);
  const spent = state.spent ?? { ...NOTHING_SPENT, tokens };
  const unknown = awaiting.length === 0 ? [] : unknownCalls(state);
  return { text, state, agent, messages, awaiting, unknown, done, usage, spent, targets, attempts: [] };
}

/** Returns the cause of a `RunError` if an engine threw the cause to suspend or cancel the run. Otherwise, returns the error. */
export function unwrapEngineError(error: unknown): unknown {
  return RunError.is(error) && !LlmError.is(error.cause) ? error.cause : error;
}
