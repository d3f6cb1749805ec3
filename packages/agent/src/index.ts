export { createAgent, type Agent, type RunOptions } from './agent.ts';
export type { AgentOptions } from './options.ts';
export type { AgentStream } from './agent-stream.ts';
export { agentTool } from './agent-tool.ts';
export { RunError } from './run-error.ts';

// tools
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

// the run as data
export type { Answer, Decision, Done, RunState, ToolOutcome } from './state.ts';
export type { Action } from './decide.ts';
export type { Effects, RunResult } from './loop.ts';
export type { EffectsIo } from './effects.ts';
export type { AgentEvent, Emit } from './event.ts';

// taking part
export type { Hooks, Observers, StepReport, StepSettings } from './hooks.ts';
export type { LoopLimits } from './limits.ts';
