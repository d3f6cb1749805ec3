export type { CloudflareModelId } from './model-ids.ts';
export type { AiBinding, CloudflareOptions, GatewayOptions } from './options.ts';
export { createCloudflare } from './provider.ts';
export type { RunQuirks } from './quirks.ts';
