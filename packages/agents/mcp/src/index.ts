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

export { mcpApps } from './apps/mcp-apps.ts';
export type { McpAppMetadata, McpApps } from './apps/options.ts';
export type { McpAround, McpRequestInfo } from './around.ts';

export { serveMcp } from './serve/serve-mcp.ts';
export { ask } from './serve/ask.ts';
export type { AskAnswer, AskQuestion } from './serve/options.ts';
export type {
  Completions,
  McpServerHandle,
  PromptContext,
  ServedAgent,
  ServedApp,
  ServedPrompt,
  ServedResource,
  ServedTemplate,
  ServeOptions,
} from './serve/options.ts';
export { reportProgress, type McpProgress } from './serve/progress.ts';

// Types of the MCP SDK to which types of this package refer.
export type { OAuthClientProvider } from '@modelcontextprotocol/client';
export type { ServerEventBus } from '@modelcontextprotocol/server';

// Types of `@majordomo/agent` to which types of this package refer.
export type { Agent, Decision, RunState, Skill, Tool, Toolbox, ToolContext } from '@majordomo/agent';

// Type of `@majordomo/records` to which types of this package refer.
export type { RecordStore, StoredRecord } from '@majordomo/records';
