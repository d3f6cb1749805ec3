export { createGateway, type Gateway } from './gateway.ts';
export type {
  Caller,
  FetchMedia,
  GatewayFilesOptions,
  GatewayOptions,
  GatewayUpdate,
  McpAccess,
  McpAnswer,
  McpContext,
  McpHandler,
  McpRemote,
  McpTool,
  McpTools,
  Mounted,
  ResponsesOptions,
  Route,
  RouteContext,
} from './options.ts';
export type { MetricSample, RequestEvent } from '@majordomo/admin';
export type { Background } from '@majordomo/background';
export type { RecordStore } from '@majordomo/records';
export type { Catalog } from '@majordomo/catalog';
export type { FileContentStore } from '@majordomo/files';
export type { InspectorOptions } from '@majordomo/inspector';
export type { PlatformContext } from './platform-context.ts';
