export { fromUiMessages } from './from-ui-messages.ts';
export { uiMessageChunks, uiMessageResponse } from './response.ts';
export { createResumableStreams } from './resumable.ts';
export { toUiMessages } from './to-ui-messages.ts';
export type {
  FromUiOptions,
  ResumableOptions,
  ResumableResponseOptions,
  ResumableStreams,
  ResumeOptions,
  ToUiOptions,
  UiEnd,
  UiEvents,
  UiFacts,
  UiInput,
  UiMessage,
  UiMessageChunk,
  UiApps,
  UiOptions,
  UiResponseOptions,
  UiSuspended,
} from './types.ts';
export type { AgentEvent, AgentStream, Decision, RunResult, RunState, Tool } from '@majordomo/agent';
export type { RunChannel, RunEvent } from '@majordomo/agent/durable';
