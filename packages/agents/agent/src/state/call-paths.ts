import type { JsonValue, ToolCallPart } from '@majordomo/core';
import { entryOf, type RunState, type SuspendedCall, type UnknownCall } from './state.ts';

// The path of a call inside a sub-agent is `<call of the agent tool>/<path of the call inside>`.

/** Call, and the state of the run that contains the call. */
export interface LocatedCall {
  readonly call: ToolCallPart;
  readonly state: RunState;
}

export const pathOf = (outer: string, inner: string): string => `${outer}/${inner}`;

/** Returns the calls that wait for a decision, including calls inside sub-agents. The id of an inner call is its path. */
export const callsThatWait = (state: RunState): readonly ToolCallPart[] =>
  state.pending.flatMap((call) => {
    const { id } = call;
    const run = waitingRunOf(state, id);
    if (run !== undefined) return callsThatWait(run).map((inner) => ({ ...inner, id: pathOf(id, inner.id) }));
    const isCall = (other: { readonly callId: string }): boolean => other.callId === id;
    const waits = entryOf(state.approvals, id) === true || state.suspended?.some(isCall) === true;
    return waits && !state.decisions.some(isCall) ? [call] : [];
  });

/** Returns the suspended calls of a state, including calls inside sub-agents. The id of a call inside a sub-agent is its path. */
export const suspendedCalls = ({
  suspended = [],
  runs = {},
}: Partial<RunState>): readonly SuspendedCall[] => [
  ...suspended,
  ...Object.entries(runs).flatMap(([id, run]) =>
    suspendedCalls(run).map((one) => ({ ...one, callId: pathOf(id, one.callId) })),
  ),
];

/** Returns the suspension of a call of this state, or `undefined` if the call is not suspended. */
export const suspensionOf = (
  { suspended = [] }: RunState,
  { id }: Pick<ToolCallPart, 'id'>,
): SuspendedCall | undefined => suspended.find(({ callId }) => callId === id);

/**
 * Returns the calls with `effect: 'once'` that were started and whose result is unknown, including calls inside sub-agents. They
 * are among the calls that wait. A decision `result` or `notDone` settles them.
 */
export const unknownCalls = (state: RunState): readonly UnknownCall[] =>
  suspendedCalls(state).flatMap(({ callId, payload, unknown }) => {
    const call = unknown === true ? pendingCallAt(state, callId)?.call : undefined;
    return call === undefined ? [] : [{ ...call, id: callId, key: keyIn(payload) }];
  });

function keyIn(payload: JsonValue): string {
  const key = (payload as { readonly key?: JsonValue } | null)?.key;
  return typeof key === 'string' ? key : '';
}

/**
 * Returns the state with a new payload for the suspended call at `path`, as `suspendedCalls` names it. `prefix`: path of `state` inside
 * the outermost state, with a slash at the end; only for the recursion.
 */
export function withPayload(state: RunState, path: string, payload: JsonValue, prefix = ''): RunState {
  const { suspended, runs } = state;
  return {
    ...state,
    ...(suspended && {
      suspended: suspended.map((call) => (prefix + call.callId === path ? { ...call, payload } : call)),
    }),
    ...(runs && {
      runs: Object.fromEntries(
        Object.entries(runs).map(([id, run]) => [
          id,
          withPayload(run, path, payload, prefix + pathOf(id, '')),
        ]),
      ),
    }),
  };
}

/** Returns the state of the sub-agent that waits in this call, or `undefined` if none waits. */
export const waitingRunOf = ({ runs }: RunState, callId: string): RunState | undefined =>
  entryOf(runs, callId);

/** Returns the waiting sub-agents that may contain the path, each with the id of its call and the rest of the path. */
export const runsOnPath = (
  { runs = {} }: RunState,
  path: string,
): readonly { readonly id: string; readonly run: RunState; readonly rest: string }[] =>
  Object.entries(runs)
    .filter(([id]) => path.startsWith(pathOf(id, '')))
    .map(([id, run]) => ({ id, run, rest: path.slice(pathOf(id, '').length) }));

/** Returns the pending call with this path, or `undefined` if no such call is pending. */
export function pendingCallAt(state: RunState, path: string): LocatedCall | undefined {
  const call = state.pending.find(({ id }) => id === path);
  if (call !== undefined) return { call, state };
  for (const { run, rest } of runsOnPath(state, path)) {
    const found = pendingCallAt(run, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}
