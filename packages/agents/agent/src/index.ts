export type { RecordStore } from '@majordomo/records';
export { createAgent, type Agent } from './agent/agent.ts';
export type { RunOptions, StreamOptions } from './run/run-options.ts';
export type { Budget, CostOf, CostResult, Spent } from './budget/budget.ts';
export {
  createRuns,
  type LoadOptions,
  type RunInfo,
  type RunQuery,
  type Runs,
  type RunsOptions,
} from './state/runs.ts';
export {
  createConversations,
  type Conversation,
  type ConversationHit,
  type ConversationInfo,
  type Conversations,
  type ConversationsOptions,
  type StoredConversation,
} from './state/conversations.ts';
export type { AgentOptions } from './agent/options.ts';
export type { Handoff, HandoffOption } from './handoff/handoff.ts';
export type { AgentStream } from './stream/agent-stream.ts';
export { agentTool } from './agent/agent-tool.ts';
export { RunError } from './state/run-error.ts';

// Tools.
export {
  defineTool,
  suspend,
  type CheckedCall,
  type Tool,
  type ToolContext,
  type ToolDefinition,
  type ToolEffect,
  type ToolOutput,
} from './tools/tool.ts';
export {
  defineVendorTool,
  type CommandOutput,
  type McpApproval,
  type ComputerOutput,
  type VendorActions,
  type VendorOutputs,
  type VendorToolDefinition,
} from './tools/vendor-tool.ts';
export type { Skill, Toolbox } from './tools/toolbox.ts';
export type { ToolSearch } from './tools/tool-search.ts';
export { runTool } from './run/run-tool.ts';
export type { ToolRun } from './run/tool-run.ts';
export { requiresApproval } from './tools/approval.ts';

// State, effects and events of a run.
export type {
  Answer,
  Decision,
  Done,
  RunState,
  SuspendedCall,
  ToolOutcome,
  UnknownCall,
} from './state/state.ts';
export type { Action } from './loop/decide.ts';
export type { Effects, RunResult, Turn } from './loop/loop.ts';
export type { AgentEffects } from './run/effects.ts';
export type { EffectsIo } from './run/local-run.ts';
export type { RunInput } from './state/initial-state.ts';
export type { AgentEvent, Emit } from './stream/event.ts';

// Hooks around runs.
export type { AgentWork, Around } from './run/around.ts';
export type { CompactContext, Hooks, Observer, Observers, StepReport } from './run/hooks.ts';
export type { StepSettings } from './run/step-settings.ts';
export type { LoopLimits } from './loop/limits.ts';
