import {
  messageOf,
  type ChatRequest,
  type ChatResponse,
  type LlmError,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  type Warning,
} from '@majordomo/core';
import type { RunResult } from '../loop/loop.ts';
import type { StepSettings } from './step-settings.ts';
import type { RunState } from '../state/state.ts';

/** Observers of a run. The run does not wait for observers. An error or a rejection of an observer becomes a warning. */
export interface Observers {
  /** Called before a model call. `step` is the number of the step, from 1. */
  readonly onStepStart?: Observer<{ readonly step: number; readonly state: RunState }>;
  /** Called before a tool runs. `parentId`: id of the call whose tool made this call; absent if the model made it. */
  readonly onToolStart?: Observer<{
    readonly step: number;
    readonly call: ToolCallPart;
    readonly parentId?: string | undefined;
  }>;
  /** Called after a tool has returned a result. `ms` is the duration in milliseconds. Not called while the call waits. */
  readonly onToolEnd?: Observer<{
    readonly step: number;
    readonly call: ToolCallPart;
    readonly parentId?: string | undefined;
    readonly result: ToolResultPart;
    readonly ms: number;
  }>;
  /** Called after the model call and its tool calls. Not called for a step that another process started. */
  readonly onStep?: Observer<StepReport>;
  /** Called when `run` or `stream` ends or pauses in this process, with a result or an error. */
  readonly onEnd?: Observer<{
    readonly result: RunResult | undefined;
    readonly error: unknown;
    readonly awaiting: readonly ToolCallPart[];
  }>;
}

/** Listener that receives an event and the id of the run. */
export type Observer<Details> =
  | ((what: Details & { readonly runId: string }) => void | Promise<void>)
  | undefined;

/** Completed step, with the turn of the model and the results of its tools. `step` begins at 1. */
export interface StepReport {
  readonly runId: string;
  readonly step: number;
  readonly response: ChatResponse;
  readonly results: readonly ToolResultPart[];
  /** Usage of the step, including model calls by its tools. `details.reportedNanoUsd` is set if the vendor reported a price. */
  readonly usage: Usage | undefined;
}

/** Hooks of a run. */
export interface Hooks extends Observers {
  /**
   * Function that returns settings for the next step, which override the agent's. If the function fails, or returns an
   * invalid or unknown setting, the run ends.
   */
  readonly prepareStep?:
    | ((next: { readonly step: number; readonly state: RunState }) => Awaitable<StepSettings | undefined>)
    | undefined;
  /**
   * Function that returns messages to append before the next model call. If the function fails, the run continues. While a program
   * at the vendor waits for results of its calls, the function is not called, because a message would end the program.
   */
  readonly steer?: ((state: RunState) => Awaitable<readonly Message[] | undefined>) | undefined;
  /** Function that returns messages to send instead of the stored transcript. If it fails, the transcript is sent. */
  readonly compact?:
    | ((messages: readonly Message[], context: CompactContext) => Awaitable<readonly Message[]>)
    | undefined;
}

/** Context of a `compact` call. */
export interface CompactContext {
  /** Number of the step, from 1. */
  readonly step: number;
  readonly state: RunState;
  /** Signal that aborts when the run aborts or the step exceeds `totalMs`. */
  readonly signal: AbortSignal;
  /** Usage of this process's previous model call. `undefined` for the first call, and if the usage is unknown. */
  readonly usage: Usage | undefined;
  /** Target of this process's previous model call. `undefined` for the first call. */
  readonly target: string | undefined;
  /** Request of the step, whose messages are the complete transcript. */
  readonly request: ChatRequest;
  /** Error of the target, set if the request was too long for the model. The call is retried only once with the new messages. */
  readonly overflow: LlmError | undefined;
}

type Awaitable<T> = T | Promise<T>;

/** Returns the warning for a failed hook. */
export const hookWarning = (hook: string, error: unknown): Warning => ({
  action: 'dropped',
  what: hook,
  why: `the hook failed: ${messageOf(error)}`,
});
