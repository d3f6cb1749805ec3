export type { GroqModelId } from './model-ids.ts';
export type { GroqOptions } from './options.ts';
export { createGroq } from './provider.ts';
export { chatFacts, type ChatFacts } from '@majordomo/openai-wire';
export type {
  ChatOptions,
  ChatParameter,
  ChatQuirks,
  RateLimitBucket,
  RateLimits,
} from '@majordomo/openai-wire';
