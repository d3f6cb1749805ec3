import type {
  ChatModel,
  ChatRequest,
  ChatResponse,
  Message,
  ToolCallPart,
  ToolResultPart,
  Usage,
  Warning,
} from '@majordomo/core';
import type { RunState } from './state.ts';

/** Watches a run. One that throws, or rejects, changes nothing: it becomes a warning. Nobody waits for it. */
export interface Observers {
  /** Before the model is asked; steps count from 1. */
  readonly onStepStart?:
    ((step: { readonly step: number; readonly state: RunState }) => void | Promise<void>) | undefined;
  /** Before a tool is called. */
  readonly onToolStart?:
    ((tool: { readonly step: number; readonly call: ToolCallPart }) => void | Promise<void>) | undefined;
  /** After the model's turn and its tools; not for a step that was begun in another process. */
  readonly onStep?: ((step: StepReport) => void | Promise<void>) | undefined;
}

/** A step that is over: the model's turn, and what its tools gave. */
export interface StepReport {
  readonly step: number;
  readonly response: ChatResponse;
  readonly results: readonly ToolResultPart[];
  /** Of this step, its tools' own model calls included; `details.reportedNanoUsd` where the vendor gave a price. */
  readonly usage: Usage | undefined;
}

/** What may differ for one step. */
export interface StepSettings extends Pick<
  ChatRequest,
  'toolChoice' | 'maxTokens' | 'temperature' | 'topP' | 'stop' | 'seed' | 'reasoning' | 'cache' | 'extra'
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
  /** What is sent instead of the transcript, which itself stays whole. One that throws is passed over. */
  readonly compact?: ((messages: readonly Message[]) => Awaitable<readonly Message[]>) | undefined;
}

type Awaitable<T> = T | Promise<T>;

/** Calls every observer of a kind: the agent's first, then the run's. */
export function observe<K extends keyof Observers>(
  kind: K,
  what: Parameters<NonNullable<Observers[K]>>[0],
  all: readonly Observers[],
  warn: (warning: Warning) => void,
): void {
  for (const observers of all) {
    const observer = observers[kind] as ((what: unknown) => void | Promise<void>) | undefined;
    try {
      observer?.(what)?.catch((error: unknown) => {
        warn(failed(kind, error));
      });
    } catch (error) {
      warn(failed(kind, error));
    }
  }
}

/** The warning that a hook failed. */
export const failed = (hook: string, error: unknown): Warning => ({
  action: 'dropped',
  what: hook,
  why: `it failed: ${error instanceof Error ? error.message : String(error)}`,
});
