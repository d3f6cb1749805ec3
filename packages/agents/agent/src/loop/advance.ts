import type { AssistantMessage, AssistantPart, Message, ToolCallPart, Warning } from '@majordomo/core';
import { sumParallel, sumSpent, type Spent } from '../budget/budget.ts';
import { runsOnPath, suspensionOf, waitingRunOf } from '../state/call-paths.ts';
import {
  callsOf,
  entryOf,
  errorResult,
  startOfRun,
  type Answer,
  type Decision,
  type Done,
  type RunState,
  type SuspendedCall,
  type ToolOutcome,
} from '../state/state.ts';
import { toolKey } from '../state/names.ts';
import { sumUsage } from '../state/sum-usage.ts';
import { resultsOfTurn, type AnsweredCall } from '../state/vendor-calls.ts';

/**
 * Whether a program at the vendor waits for the results of the last turn. A message after these results would end the program, so
 * `drive` calls `steer` when no program waits.
 */
export function programWaits({ messages }: Pick<RunState, 'messages'>): boolean {
  if (messages.at(-1)?.role === 'user') return false;
  const turn = messages.findLast(({ role }) => role === 'assistant');
  const parts = turn?.role === 'assistant' ? turn.parts : [];
  return parts.some((part) => part.type === 'tool-call' && part.programId !== undefined);
}

/** Returns the state with the messages of `steer` appended to its transcript. */
export function steered(state: RunState, messages: readonly Message[]): RunState {
  return messages.length === 0 ? state : { ...state, messages: [...state.messages, ...messages] };
}

/** Returns the state with the model's response added. If `textOnly` is set, the calls of the response do not run. */
export function answered(state: RunState, answer: Answer, textOnly = false): RunState {
  const message = withUniqueCallIds(answer.message);
  const calls = callsOf(message);
  const done = textOnly ? 'max-steps' : doneReason(answer.finish, calls);
  const next: RunState = {
    ...state,
    // An empty last response is valid if an earlier turn has an answer. Omit the empty turn, because providers reject it.
    messages: message.parts.length === 0 ? state.messages : [...state.messages, message],
    steps: state.steps + 1,
    pending: calls,
    results: [],
    decisions: [],
    usage: sumUsage(state.usage, answer.usage),
    ...spentWith(state, answer.spent),
    approvals: undefined,
    suspended: undefined,
    runs: undefined,
    claims: undefined,
    notDone: undefined,
    by: answer.by,
    offered: answer.offered,
    warnings: withWarnings(state.warnings, answer.warnings),
  };
  // `NOT_RUN` has a text for each reason that can end a turn with calls.
  return done === undefined ? next : { ...withAllResults(next, NOT_RUN[done] ?? ''), done };
}

/** Returns the state with the outcomes of tool calls. The outcomes may be in any order, and only the longest time counts. */
export function toolsRan(state: RunState, outcomes: readonly ToolOutcome[]): RunState {
  const next = outcomes.reduce(withOutcome, state);
  return { ...next, ...spentWith(state, sumParallel(outcomes.map(({ spent }) => spent))) };
}

/** Returns the state with the decisions on pending calls. Returns the given state if no decision has an effect. */
export function decided(state: RunState, decisions: readonly Decision[]): RunState {
  return decisions.reduce((before, decision) => {
    const { callId } = decision;
    const call = before.pending.find(({ id }) => id === callId);
    if (call === undefined) return decidedInside(before, decision);
    if ('approve' in decision) return withApproval(before, decision);
    const isUnknown = suspensionOf(before, call)?.unknown === true;
    if ('notDone' in decision) return isUnknown ? startableAgain(before, call) : before;
    // A denied call must not have taken effect.
    if (isUnknown && 'deny' in decision) return before;
    const result =
      'deny' in decision
        ? errorResult(call, `The call was denied: ${decision.deny}`)
        : { ...errorResult(call, decision.result), isError: false };
    return withResult(before, result);
  }, state);
}

/** Applies a decision to a call inside a sub-agent. The call that started the sub-agent becomes approved, so it runs again. */
function decidedInside(state: RunState, decision: Decision): RunState {
  for (const { id, run, rest } of runsOnPath(state, decision.callId)) {
    const next = decided(run, [{ ...decision, callId: rest }]);
    if (next === run) continue;
    const decisions = [...withoutCall(state.decisions, id), { callId: id, approve: true } as const];
    return { ...state, runs: { ...state.runs, [id]: next }, decisions };
  }
  return state;
}

/** Approves a call. Has no effect if the call is already approved or suspended, or if its sub-agent waits. */
function withApproval(state: RunState, decision: Decision): RunState {
  const { callId } = decision;
  const isSameCall = (other: { readonly callId: string }): boolean => other.callId === callId;
  if (waitingRunOf(state, callId) !== undefined) return state;
  if (state.suspended?.some(isSameCall) === true || state.decisions.some(isSameCall)) return state;
  return { ...state, decisions: [...state.decisions, decision] };
}

/** Returns the state in which a call whose result was unknown can start again. */
function startableAgain(state: RunState, { id }: ToolCallPart): RunState {
  const { [id]: _claim, ...claims } = state.claims ?? {};
  const notDone = { ...state.notDone, [id]: (entryOf(state.notDone, id) ?? 0) + 1 };
  return { ...state, claims, notDone, suspended: withoutCall(state.suspended, id) };
}

/** Returns the state in which the result of the call at `path` is unknown. `key`: `ToolContext.key` of the call. */
export function unknownResult(state: RunState, path: string, key: string): RunState {
  if (state.pending.some(({ id }) => id === path))
    return withSuspension(state, { callId: path, payload: { key }, unknown: true });
  for (const { id, run, rest } of runsOnPath(state, path)) {
    const next = unknownResult(run, rest, key);
    if (next !== run) return { ...state, runs: { ...state.runs, [id]: next } };
  }
  return state;
}

/** Returns the state that records for each of `calls` whether it needs approval. `needed`: ids of the calls that need it. */
export function approvalsChecked(
  state: RunState,
  calls: readonly ToolCallPart[],
  needed: readonly string[],
): RunState {
  const checked = Object.fromEntries(calls.map(({ id }) => [id, needed.includes(id)]));
  return { ...state, approvals: { ...state.approvals, ...checked } };
}

/**
 * Returns the state in which the agent `to` is active. Adds a result to each pending call, but performs only the handoff `call`.
 * If the run already has `maxHandoffs` handoffs, the active agent does not change.
 */
export function handedOff(state: RunState, call: ToolCallPart, to: string, maxHandoffs: number): RunState {
  const { handoffs = [], messages, pending } = state;
  const start = startOfRun(state);
  const isOver = handoffs.filter(({ at }) => at >= start).length >= maxHandoffs;
  const results = pending.map((one) => {
    if (isOver) return errorResult(one, `Not handed over: a run may have at most ${maxHandoffs} handoffs.`);
    if (one.id !== call.id) return errorResult(one, `Not run: the conversation was handed to "${to}".`);
    return { ...errorResult(one, `The conversation was handed to "${to}".`), isError: false };
  });
  const at = messages.length - 1;
  const next: RunState = isOver ? state : { ...state, handoffs: [...handoffs, { to, at }] };
  return results.reduce(withResult, next);
}

/** Returns the state in which the `Agent` object with this id may start a call with `effect: 'once'`. */
export function claimed(state: RunState, { id }: ToolCallPart, ownerId: string): RunState {
  return { ...state, claims: { ...state.claims, [id]: ownerId } };
}

/** Returns the state with the usage and the spent amounts of failed work added. */
export const withFailedWork = (
  state: RunState,
  { usage, spent }: Pick<ToolOutcome, 'usage' | 'spent'> = {},
): RunState => ({ ...state, usage: sumUsage(state.usage, usage), ...spentWith(state, spent) });

/**
 * Returns the state of an interrupted run, in which each pending call has an error result, so that the transcript can continue. Calls
 * with `effect: 'once'`, also inside sub-agents, stay pending if they have begun or if another process may have begun them. The result
 * of a call that was claimed is unknown.
 *
 * @param isOnce whether the call, or a call of its waiting sub-agent, has `effect: 'once'`
 */
export function interrupted(state: RunState, isOnce: (call: ToolCallPart) => boolean): RunState {
  const once = state.pending.filter(isOnce);
  const next = once
    .filter((call) => entryOf(state.claims, call.id) !== undefined && suspensionOf(state, call) === undefined)
    .reduce(
      (before, call) => unknownResult(before, call.id, toolKey(before.runId ?? '', before, call)),
      state,
    );
  // Another process may have begun a call that needs approval, because it may have received the approval.
  const mayHaveBegun = (call: ToolCallPart): boolean =>
    suspensionOf(next, call) !== undefined ||
    waitingRunOf(next, call.id) !== undefined ||
    entryOf(next.approvals, call.id) === true;
  const stays = (call: ToolCallPart): boolean =>
    suspensionOf(next, call)?.unknown === true || (once.includes(call) && mayHaveBegun(call));
  return withAllResults(next, 'The run was interrupted: it is not known whether this call ran.', stays);
}

const NOT_RUN: { readonly [D in Done]?: string } = {
  truncated: 'Not run: the turn was cut before its end.',
  refused: 'Not run: the model refused in the same turn.',
  'max-steps': 'Not run: the run is out of steps.',
};

function doneReason(finish: Answer['finish'], calls: readonly ToolCallPart[]): Done | undefined {
  switch (finish) {
    case 'length':
      return 'truncated';
    case 'refusal':
    case 'content-filter':
      return 'refused';
    // The vendor paused the turn. The next model call continues it.
    case 'incomplete':
      return undefined;
    case 'stop':
    case 'tool-calls':
    case 'other':
      return calls.length === 0 ? 'answered' : undefined;
    default:
      return finish satisfies never;
  }
}

function spentWith({ spent }: RunState, more: Spent | undefined): Pick<RunState, 'spent'> {
  const sum = sumSpent(spent, more);
  return sum === undefined ? {} : { spent: sum };
}

function withOutcome(
  state: RunState,
  { suspended, usage, spent: _, run, value: _value, innerCalls, ...result }: ToolOutcome,
): RunState {
  const counted = withInnerCalls(state, innerCalls);
  const next: RunState = usage === undefined ? counted : { ...counted, usage: sumUsage(state.usage, usage) };
  const { callId } = result;
  if (run !== undefined)
    return {
      ...next,
      decisions: withoutCall(next.decisions, callId),
      runs: { ...next.runs, [callId]: run },
    };
  if (suspended === undefined) return withResult(next, result);
  return withSuspension(next, { callId, ...suspended });
}

const withSuspension = (state: RunState, suspended: SuspendedCall): RunState => ({
  ...state,
  decisions: withoutCall(state.decisions, suspended.callId),
  suspended: [...withoutCall(state.suspended, suspended.callId), suspended],
});

function withInnerCalls(state: RunState, more: ToolOutcome['innerCalls']): RunState {
  if (more === undefined) return state;
  const sums = Object.entries(more).map(
    ([name, count]) => [name, (entryOf(state.innerCalls, name) ?? 0) + count] as const,
  );
  return { ...state, innerCalls: { ...state.innerCalls, ...Object.fromEntries(sums) } };
}

/**
 * Adds the result of a pending call. A result of the last pending call ends the turn. `approvals`, `claims` and `notDone` are
 * read only for pending calls, so the entries of the call remain until then.
 */
function withResult(state: RunState, result: AnsweredCall): RunState {
  const pending = state.pending.filter(({ id }) => id !== result.callId);
  if (pending.length === state.pending.length) return state;
  const results = [...state.results, result];
  if (pending.length === 0) return withTurnResults({ ...state, pending, results });
  const { callId } = result;
  const decisions = withoutCall(state.decisions, callId);
  const { [callId]: _ended, ...runs } = state.runs ?? {};
  return {
    ...state,
    pending,
    results,
    decisions,
    suspended: withoutCall(state.suspended, callId),
    ...(state.runs && { runs }),
  };
}

/** Adds the results of the turn to the transcript, in the order of its calls, and removes the members that describe its calls. */
function withTurnResults(state: RunState): RunState {
  const turn = state.messages.at(-1);
  const order = turn?.role === 'assistant' ? callsOf(turn).map(({ id }) => id) : [];
  const results = state.results.toSorted((a, b) => order.indexOf(a.callId) - order.indexOf(b.callId));
  const parts = resultsOfTurn(turn?.role === 'assistant' ? turn.parts : [], results);
  return {
    ...state,
    messages: [...state.messages, { role: 'tool', parts }],
    results: [],
    decisions: [],
    approvals: undefined,
    suspended: undefined,
    runs: undefined,
    claims: undefined,
    notDone: undefined,
    by: undefined,
    offered: undefined,
  };
}

const withAllResults = (
  state: RunState,
  why: string,
  stays: (call: ToolCallPart) => boolean = () => false,
): RunState =>
  state.pending
    .filter((call) => !stays(call))
    .map((call) => errorResult(call, why))
    .reduce(withResult, state);

const withoutCall = <T extends { readonly callId: string }>(
  some: readonly T[] | undefined,
  callId: string,
): readonly T[] => (some ?? []).filter((one) => one.callId !== callId);

/** Renames repeated call ids in a turn, because results are matched by id. */
function withUniqueCallIds(message: AssistantMessage): AssistantMessage {
  const calls = callsOf(message);
  if (new Set(calls.map(({ id }) => id)).size === calls.length) return message;
  const knownIds = new Set<string>();
  const parts = message.parts.map((part): AssistantPart => {
    if (part.type !== 'tool-call') return part;
    let id = part.id;
    for (let n = 2; knownIds.has(id); n++) id = `${part.id}_${n}`;
    knownIds.add(id);
    return { ...part, id };
  });
  return { role: 'assistant', parts };
}

export function withWarnings(
  before: readonly Warning[] | undefined,
  added: readonly Warning[],
): readonly Warning[] | undefined {
  const fresh = added.filter((warning) => !isKnownWarning(warning, before));
  return fresh.length === 0 ? before : [...(before ?? []), ...fresh];
}

export const isKnownWarning = (
  { action, what, why }: Warning,
  known: readonly Warning[] | undefined = [],
): boolean => known.some((one) => one.action === action && one.what === what && one.why === why);
