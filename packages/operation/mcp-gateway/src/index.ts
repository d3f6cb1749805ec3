export { mcpGateway } from './mcp-gateway.ts';
export type {
  McpGateway,
  McpGatewayOptions,
  McpGatewayServer,
  McpGuardContext,
  McpGuards,
  McpServerLogin,
  McpServerOptions,
} from './options.ts';
export type {
  Caller,
  McpAccess,
  McpAnswer,
  McpContext,
  McpHandler,
  McpRemote,
  McpTool,
  McpTools,
  RouteContext,
} from '@majordomo/gateway';
export type {
  McpAround,
  McpConnections,
  McpConnectionsOptions,
  McpEndpoint,
  McpLoginClient,
  McpOptions,
} from '@majordomo/mcp';
export type { ChangedTool, McpReview, McpServerState } from '@majordomo/admin';
export type { RecordStore } from '@majordomo/records';
export type { Ledger } from '@majordomo/ledger';
