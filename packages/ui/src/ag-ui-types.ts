import type { Decision, RunState } from '@majordomo/agent';
import type { Message } from '@majordomo/core';
import type { UiResponseOptions } from './types.ts';

/** Validated `RunAgentInput` of AG-UI 1.0. */
export interface AgUiInput {
  /** Id of the thread. */
  readonly threadId: string;
  /** Id of the run that the client requests. */
  readonly runId: string;
  /** Transcript of the thread. */
  readonly messages: readonly Message[];
  /** Input of `Agent.run` and `Agent.stream`. */
  readonly run: readonly Message[] | RunState;
  /** Decisions that the `resume` member of the request contains. */
  readonly decisions: readonly Decision[];
  /** Messages as the client sent them. The snapshot after a reset begins with these messages. */
  readonly clientMessages: readonly object[];
}

/** Options for sending a run to an AG-UI client. */
export interface AgUiOptions extends Pick<
  UiResponseOptions,
  | 'secret'
  | 'approvalTtlMs'
  | 'onEnd'
  | 'onError'
  | 'clock'
  | 'signal'
  | 'heartbeatMs'
  | 'headers'
  | 'reasoning'
> {
  /** Result of `fromAgUi`. */
  readonly input: AgUiInput;
}
