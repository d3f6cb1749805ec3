import {
  messageOf,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type LlmError,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  type Warning,
} from '@majordomo/core';
import type { RunResult } from './loop.ts';
import type { RunState } from './state.ts';

/** Observers of a run. The run does not wait for them. An error or rejection becomes a warning. */
export interface Observers {
  /** Called before a model call; steps count from 1. */
  readonly onStepStart?: Observer<{ readonly step: number; readonly state: RunState }>;
  /** Before a tool is called. */
  readonly onToolStart?: Observer<{ readonly step: number; readonly call: ToolCallPart }>;
  /** After a tool's call, in `ms` milliseconds; not when the tool waits, and so has no result. */
  readonly onToolEnd?: Observer<{
    readonly step: number;
    readonly call: ToolCallPart;
    readonly result: ToolResultPart;
    readonly ms: number;
  }>;
  /** After the model's turn and its tools; not for a step that was begun in another process. */
  readonly onStep?: Observer<StepReport>;
  /** `run` or `stream` is over in this process: it has a result, which may wait for decisions, or failed. */
  readonly onEnd?: Observer<{
    readonly result: RunResult | undefined;
    readonly error: unknown;
    readonly awaiting: readonly ToolCallPart[];
  }>;
}

/** Receives an event and the id of its run. */
export type Observer<Details> =
  ((what: Details & { readonly runId: string }) => void | Promise<void>) | undefined;

/** A step that is over: the model's turn, and what its tools gave. */
export interface StepReport {
  readonly runId: string;
  readonly step: number;
  readonly response: ChatResponse;
  readonly results: readonly ToolResultPart[];
  /** Usage of the step, model calls of its tools included; `details.reportedNanoUsd` if the vendor reported a price. */
  readonly usage: Usage | undefined;
}

/** Settings of one step. */
export interface StepSettings extends Pick<
  ChatRequest,
  | 'toolChoice'
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'stop'
  | 'seed'
  | 'reasoning'
  | 'serviceTier'
  | 'cache'
  | 'extra'
> {
  readonly model?: ChatModel | undefined;
  readonly instructions?: string | undefined;
  /** Names of the tools that this step offers; a call of another is answered with an error. Default: all. */
  readonly tools?: readonly string[] | undefined;
}

/** Takes part in a run. */
export interface Hooks extends Observers {
  /** Settings of the coming step, laid over the agent's own. One that throws ends the run. */
  readonly prepareStep?:
    | ((next: { readonly step: number; readonly state: RunState }) => Awaitable<StepSettings | undefined>)
    | undefined;
  /** Messages to put in before the next model call, once, in order; they stay in the transcript. */
  readonly steer?: ((state: RunState) => Awaitable<readonly Message[] | undefined>) | undefined;
  /** Returns the messages to send instead of the transcript, which stays complete. An error becomes a warning. */
  readonly compact?:
    ((messages: readonly Message[], context: CompactContext) => Awaitable<readonly Message[]>) | undefined;
}

/** Context of a call of `compact`. */
export interface CompactContext {
  /** Counts from 1. */
  readonly step: number;
  readonly state: RunState;
  /** Aborts with the run, and when the step's `totalMs` is over. */
  readonly signal: AbortSignal;
  /** Usage of the previous step if this process ran it. */
  readonly usage: Usage | undefined;
  /** Which answered that step. */
  readonly target: string | undefined;
  /** Request with the complete transcript. */
  readonly request: ChatRequest;
  /** Set when what was sent is too long for the model: something shorter is sent once more. */
  readonly overflow: LlmError | undefined;
}

type Awaitable<T> = T | Promise<T>;

/** Calls every observer of a kind: the agent's first, then the run's. */
export function observe<K extends keyof Observers>(
  kind: K,
  details: Parameters<NonNullable<Observers[K]>>[0],
  all: readonly Observers[],
  warn: (warning: Warning) => void,
): void {
  for (const observers of all) {
    const observer = observers[kind] as ((what: unknown) => unknown) | undefined;
    try {
      const told = observer?.(details);
      Promise.resolve(told).catch((error: unknown) => {
        warn(hookWarning(kind, error));
      });
    } catch (error) {
      warn(hookWarning(kind, error));
    }
  }
}

/** The warning that a hook failed. */
export const hookWarning = (hook: string, error: unknown): Warning => ({
  action: 'dropped',
  what: hook,
  why: `it failed: ${messageOf(error)}`,
});
