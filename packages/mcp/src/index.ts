export { connectMcp } from './connect-mcp.ts';
export type {
  McpAddress,
  McpEvent,
  McpOptions,
  McpEndpoint,
  McpProgram,
  McpQuestion,
  McpReply,
  McpSampling,
  McpToolbox,
} from './options.ts';

export { serveMcp } from './serve/serve-mcp.ts';
export type { McpServerHandle, ServeOptions } from './serve/options.ts';
export { reportProgress, type McpProgress } from './serve/progress.ts';

// The agent package's types to which types of this package refer.
export type { Tool, Toolbox, ToolContext } from '@majordomo/agent';
