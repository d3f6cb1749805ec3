export { connectMcp } from './connect-mcp.ts';
export { connectMcpServers, type ConnectServersOptions, type McpServers } from './connect-servers.ts';
export { createMcpConnections } from './connections/create-connections.ts';
export type { McpConnections, McpConnectionsOptions } from './connections/options.ts';
export { withMcpReferences } from './client/references.ts';
export type {
  McpAddress,
  McpAuth,
  McpEvent,
  McpOptions,
  McpEndpoint,
  McpLogin,
  McpLoginClient,
  McpLoginSuspension,
  McpMachineAuth,
  McpProgram,
  McpPrompt,
  McpQuestion,
  McpReply,
  McpResource,
  McpSampling,
  McpSuspension,
  McpToolbox,
} from './options.ts';
export type { McpStore } from './store.ts';

export { serveMcp } from './serve/serve-mcp.ts';
export type {
  McpServerHandle,
  ServedAgent,
  ServedPrompt,
  ServedResource,
  ServeOptions,
} from './serve/options.ts';
export { reportProgress, type McpProgress } from './serve/progress.ts';

// Type of the MCP SDK to which types of this package refer.
export type { OAuthClientProvider } from '@modelcontextprotocol/client';

// Types of `@majordomo/agent` to which types of this package refer.
export type { Agent, Decision, RunState, Skill, Tool, Toolbox, ToolContext } from '@majordomo/agent';
