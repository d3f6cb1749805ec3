export { converseFacts, type ConverseFacts } from './facts.ts';
export { createBedrock, type BedrockProvider } from './provider.ts';
export type { BedrockSources } from './auth.ts';
export type { BedrockModelId } from './model-ids.ts';
export type { AwsCredentials, BedrockOptions } from './options.ts';
export type { Quirks } from './quirks.ts';
export type { ClaudeQuirks } from '@majordomo/claude';
