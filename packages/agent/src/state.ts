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

/** Why a run stopped. Only `answered` has an answer. */
export type Done = 'answered' | 'max-steps' | 'truncated' | 'refused' | 'tool-loop';

/** Decision on a call that waits: run it, deny it, or answer it instead of the tool. */
export type Decision = { readonly callId: string } & (
  | {
      readonly approve: true;
      /** Run it with these arguments, which have to fit the tool's schema, instead of the model's. */
      readonly args?: JsonObject | undefined;
    }
  | { readonly deny: string }
  | { readonly result: string }
);

/** Model answer as a journal stores it: JSON by `toJson`, without attempts and errors. */
export interface Answer extends Pick<
  ChatResponse,
  'id' | 'target' | 'message' | 'finish' | 'usage' | 'warnings'
> {
  /** The tools of this step, where it offered a part of them only. */
  readonly offered?: readonly string[] | undefined;
  /** The process that got it, where tools with `effect: 'once'` are called. */
  readonly by?: string | undefined;
}

/** Tool outcome as a journal stores it. */
export interface ToolOutcome extends ToolResultPart {
  /** Set if the tool waits for a decision and has no result. */
  readonly suspended?: { readonly payload: JsonValue } | undefined;
  /** Usage of the tool's model calls. */
  readonly usage?: Usage | undefined;
}

/** A run as plain data: by `toJson` it can be stored anywhere, and continue in another process. */
export interface RunState {
  readonly version: 1;
  /** The transcript, never compacted. While calls are pending it ends with the turn that made them. */
  readonly messages: readonly Message[];
  /** Model calls so far. */
  readonly steps: number;
  /** Calls of the last turn without a result. */
  readonly pending: readonly ToolCallPart[];
  /** Results of the last turn's calls, until all are there. */
  readonly results: readonly ToolResultPart[];
  /** Approvals of pending calls, by a person. */
  readonly decisions: readonly Decision[];
  readonly usage: Usage;
  readonly done: Done | undefined;
  /** Names the run in `ToolContext.key`; set by `run` and `stream`. */
  readonly runId?: string | undefined;
  /** Whether a person has to agree to a pending call, as far as that was checked. */
  readonly approvals?: Readonly<Record<string, boolean>> | undefined;
  /** Pending calls whose tool waits, with what it waits for. */
  readonly suspended?: readonly { readonly callId: string; readonly payload: JsonValue }[] | undefined;
  /** Processes that claimed the pending calls of tools with `effect: 'once'`. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** Process that may begin calls without a claim. */
  readonly by?: string | undefined;
  /** The tools of this step, where it offered a part of them only. */
  readonly offered?: readonly string[] | undefined;
  /** Warnings of all steps, each once. */
  readonly warnings?: readonly Warning[] | undefined;
}

const NO_USAGE: Usage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};

/** The state before the first step. */
export function begin(input: string | readonly Message[]): RunState {
  const messages: readonly Message[] =
    typeof input === 'string' ? [{ role: 'user', parts: [{ type: 'text', text: input }] }] : input;
  return {
    version: 1,
    messages,
    steps: 0,
    pending: [],
    results: [],
    decisions: [],
    usage: NO_USAGE,
    done: undefined,
  };
}

/** The tool calls of a turn, in order. */
export const callsOf = ({ parts }: AssistantMessage): readonly ToolCallPart[] =>
  parts.filter((part): part is ToolCallPart => part.type === 'tool-call');

/** A result that no tool gave. */
export function errorResult({ id, name }: ToolCallPart, text: string): ToolResultPart {
  return { type: 'tool-result', callId: id, name, content: [{ type: 'text', text }], isError: true };
}
