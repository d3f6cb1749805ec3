export { createAgent, type Agent } from './agent.ts';
export type { RunOptions, StreamOptions } from './run-options.ts';
export type { Budget, CostOf, CostResult, Spent } from './budget.ts';
export type { ClaimStore } from './claim-store.ts';
export type { RunInfo, RunQuery, RunStore } from './run-store.ts';
export type {
  Conversation,
  ConversationHit,
  ConversationInfo,
  ConversationStore,
  StoredConversation,
} from './conversation-store.ts';
export type { AgentOptions } from './options.ts';
export type { Handoff, HandoffOption } from './handoff.ts';
export type { AgentStream } from './agent-stream.ts';
export { agentTool } from './agent-tool.ts';
export { RunError } from './run-error.ts';

// Tools.
export {
  defineTool,
  suspend,
  type Tool,
  type ToolContext,
  type ToolDefinition,
  type ToolEffect,
  type ToolOutput,
} from './tool.ts';
export type { Skill, Toolbox } from './toolbox.ts';
export type { ToolSearch } from './tool-search.ts';
export { runTool, type ToolRun } from './run-tool.ts';
export { requiresApproval } from './approval.ts';

// State, effects and events of a run.
export type { Answer, Decision, Done, RunState, ToolOutcome } from './state.ts';
export type { Action } from './decide.ts';
export type { Effects, RunResult, Turn } from './loop.ts';
export type { AgentEffects, EffectsIo } from './effects.ts';
export type { RunInput } from './initial-state.ts';
export type { AgentEvent, Emit } from './event.ts';

// Hooks around runs.
export type { AgentWork, Around } from './around.ts';
export type { CompactContext, Hooks, Observer, Observers, StepReport, StepSettings } from './hooks.ts';
export type { LoopLimits } from './limits.ts';
