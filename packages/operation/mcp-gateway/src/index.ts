export { mcpGateway } from './mcp-gateway.ts';
export type {
  ChangedTool,
  McpGateway,
  McpGatewayOptions,
  McpGatewayServer,
  McpGuardContext,
  McpGuards,
  McpServerOptions,
} from './options.ts';
export type { McpAccess, McpContext, McpHandler } from '@majordomo/gateway';
export type { McpAround, McpEndpoint } from '@majordomo/mcp';
export type { RecordStore } from '@majordomo/records';
export type { Ledger } from '@majordomo/ledger';
