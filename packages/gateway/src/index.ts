export { createInspector, type Inspector } from './inspector/create-inspector.ts';
export type { InspectorOptions, PlannedChain, Planner } from './inspector/options.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { Caller, FetchMedia, GatewayOptions } from './options.ts';
export type { Ledger } from '@majordomo/ledger';
export type { PlatformContext } from './platform-context.ts';
export type { Redactor } from '@majordomo/redact';
