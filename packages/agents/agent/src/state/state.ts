import type {
  AssistantMessage,
  ChatResponse,
  JsonObject,
  JsonValue,
  Message,
  ToolCallPart,
  ToolResultPart,
  Usage,
  Warning,
} from '@majordomo/core';
import type { Budget, Spent } from '../budget/budget.ts';
import { UNKNOWN_USAGE } from './sum-usage.ts';
import { asToolCall, vendorKindOf, type AnsweredCall } from './vendor-calls.ts';

/**
 * Reason for which a run stopped. Only a run that stopped with `answered` has an answer. A run that stopped with `budget` continues if it is run with
 * higher limits.
 */
export type Done = 'answered' | 'max-steps' | 'truncated' | 'refused' | 'tool-loop' | 'budget';

/**
 * Decision on a waiting call. It approves the call, denies the call, or provides the result of the call. A call of
 * `RunResult.unknown` accepts `result`, if it took effect, or `notDone`, if it did not.
 */
export type Decision = { readonly callId: string } & (
  | {
      readonly approve: true;
      /** Arguments that replace the model's arguments. They must match the tool's schema. */
      readonly args?: JsonObject | undefined;
    }
  | { readonly deny: string }
  | { readonly result: string }
  /** The call did not take effect. It starts again, after another approval if the tool requires one. */
  | { readonly notDone: true }
);

/** Model response in the form that a journal stores: JSON (by `toJson`), without attempts and errors. */
export interface Answer extends Pick<
  ChatResponse,
  'id' | 'target' | 'message' | 'finish' | 'usage' | 'warnings'
> {
  /** Names of the offered tools; `undefined` if the step offered all tools. */
  readonly offered?: readonly string[] | undefined;
  /** Id of the `Agent` object that received the response, if the response calls tools with `effect: 'once'`. */
  readonly by?: string | undefined;
  /** Amounts that the model call has spent, including failed attempts. Set if the run has a budget or a `cost` function. */
  readonly spent?: Spent | undefined;
}

/** Tool outcome in the form that a journal stores. */
export interface ToolOutcome extends AnsweredCall {
  /** Payload of a suspended tool, whose call waits for a decision and has no result. `unknown`: see `RunState.suspended`. */
  readonly suspended?: Omit<SuspendedCall, 'callId'> | undefined;
  /** Usage of the model calls that the tool made. */
  readonly usage?: Usage | undefined;
  /** Amounts that the call has spent. Set if the run has a budget or a `cost` function. */
  readonly spent?: Spent | undefined;
  /** State of a sub-agent that waits for decisions. The call has no result. */
  readonly run?: RunState | undefined;
  /** Numbers of calls that the tool made with `ToolContext.call`, by the name of the called tool. */
  readonly innerCalls?: Readonly<Record<string, number>> | undefined;
  /** Object that the tool returned, for a caller of `runTool`. The journal and the transcript contain only `content`. */
  readonly value?: JsonObject | undefined;
}

/** Pending call that waits for a result from outside. */
export interface SuspendedCall {
  readonly callId: string;
  /** Payload that the tool passed to `suspend`. For a call whose result is unknown, `{ key }` with its `ToolContext.key`. */
  readonly payload: JsonValue;
  /** Set if the call has `effect: 'once'`, was started, and its result is unknown. */
  readonly unknown?: true | undefined;
}

/** Call with `effect: 'once'` that was started, and whose result is unknown. */
export interface UnknownCall extends ToolCallPart {
  /** `ToolContext.key` of the call, with which a service can look up whether the call took effect. */
  readonly key: string;
}

/** State of a run as plain data. Another process can continue a state that was serialized with `toJson`. */
export interface RunState {
  readonly version: 1;
  /** Complete transcript without compaction. If calls are pending, the transcript ends with the turn that contains them. */
  readonly messages: readonly Message[];
  /** Number of model calls so far. */
  readonly steps: number;
  /** Calls of the last turn that have no result yet. */
  readonly pending: readonly ToolCallPart[];
  /** Results of the last turn's calls, stored here until every call has a result. */
  readonly results: readonly AnsweredCall[];
  /** Approvals of pending calls. */
  readonly decisions: readonly Decision[];
  readonly usage: Usage;
  readonly done: Done | undefined;
  /** Id of the run in `ToolContext.key`. `begin` does not set this id. */
  readonly runId?: string | undefined;
  /** Name of the agent that began the run. Another agent cannot continue the run. Absent if the agent has no name. */
  readonly agent?: string | undefined;
  /** Warnings of all steps, without duplicates. */
  readonly warnings?: readonly Warning[] | undefined;
  /**
   * Handoffs so far, including those of earlier runs on the transcript. The last handoff names the active agent. Without a
   * handoff, the agent that was run is active. `at`: length of the transcript before the turn that handed off.
   */
  readonly handoffs?: readonly { readonly to: string; readonly at: number }[] | undefined;
  /** Numbers of calls that tools of the run have made with `ToolContext.call`, by the name of the called tool. */
  readonly innerCalls?: Readonly<Record<string, number>> | undefined;
  /** Limits of the run, which are also checked in each process that continues the run. */
  readonly budget?: Budget | undefined;
  /** Amounts that the run has spent so far. Set if the run has a budget or a `cost` function. */
  readonly spent?: Spent | undefined;

  // Calls of the last turn.

  /** Names of the offered tools; `undefined` if the step offered all tools. */
  readonly offered?: readonly string[] | undefined;
  /** Whether a person must approve a pending call, by call id. Contains only calls whose approval was checked. */
  readonly approvals?: Readonly<Record<string, boolean>> | undefined;
  /** Pending calls that are suspended, with their payloads. */
  readonly suspended?: readonly SuspendedCall[] | undefined;
  /**
   * Id of the `Agent` object that received the pending calls, if they contain calls with `effect: 'once'`. The id is random and has no
   * relation to the agent's name.
   */
  readonly by?: string | undefined;
  /**
   * Owner of each pending call with `effect: 'once'` that was claimed, by call id: the id of an `Agent` object,
   * `another process`, or `unknown` if the claim failed. Only the owner may start the call. Without a claim, the owner is `by`.
   */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** Number of starts of pending calls that a person has settled as `notDone`, by call id. */
  readonly notDone?: Readonly<Record<string, number>> | undefined;
  /** States of sub-agents that wait, by the id of the call that started them. Their usage is part of `usage`. */
  readonly runs?: Readonly<Record<string, RunState>> | undefined;
}

/** Returns the state before the first step, with the budget of the run. */
export function begin(
  input: string | readonly Message[],
  { budget }: { readonly budget?: Budget | undefined } = {},
): RunState {
  const messages: readonly Message[] =
    typeof input === 'string' ? [{ role: 'user', parts: [{ type: 'text', text: input }] }] : input;
  return {
    version: 1,
    messages,
    steps: 0,
    pending: [],
    results: [],
    decisions: [],
    usage: UNKNOWN_USAGE,
    done: undefined,
    ...(budget && { budget }),
  };
}

/** Returns the value that a state stores for a call id or tool name, which may be that of a member of every object, such as `constructor`. */
export const entryOf = <T>(entries: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;

/**
 * Returns the calls of a turn. A `vendor-call` waits for the client, and is a call of the tool of its kind; see `defineVendorTool`. Calls that
 * the vendor runs are other parts. A plain call with the name of such a tool gets another name, because servers do not always restrict the
 * model to the offered tools.
 */
export const callsOf = ({ parts }: AssistantMessage): readonly ToolCallPart[] =>
  parts.flatMap((part) => {
    if (part.type === 'vendor-call') return [asToolCall(part)];
    if (part.type !== 'tool-call') return [];
    return [vendorKindOf(part.name) === undefined ? part : { ...part, name: part.name.replace(':', '_') }];
  });

/** Returns the index of the first turn of a run with at least one step. The transcript may begin with turns of earlier runs. */
export function startOfRun({ messages, steps }: RunState): number {
  let turns = 0;
  for (let at = messages.length - 1; at >= 0; at--)
    if (messages[at]?.role === 'assistant' && ++turns >= steps) return at;
  return 0;
}

/** Returns an error result for a call, without running the tool. */
export function errorResult({ id, name }: ToolCallPart, text: string): ToolResultPart {
  return { type: 'tool-result', callId: id, name, content: [{ type: 'text', text }], isError: true };
}
