export type { CerebrasModelId } from './model-ids.ts';
export type { CerebrasOptions } from './options.ts';
export { createCerebras } from './provider.ts';
export { chatFacts, type ChatFacts } from '@majordomo/openai-wire';
export type {
  ChatOptions,
  ChatParameter,
  ChatQuirks,
  RateLimitBucket,
  RateLimits,
} from '@majordomo/openai-wire';
