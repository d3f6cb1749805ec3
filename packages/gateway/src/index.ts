export { createGateway, type Gateway } from './gateway.ts';
export type {
  Caller,
  FetchMedia,
  GatewayOptions,
  GatewayUpdate,
  Mounted,
  Route,
  RouteContext,
} from './options.ts';
export type { RequestEvent } from '@majordomo/admin';
export type { Catalog } from '@majordomo/catalog';
export type { InspectorOptions } from '@majordomo/inspector';
export type { PlatformContext } from './platform-context.ts';
