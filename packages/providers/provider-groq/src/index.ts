export type { GroqOptions } from './options.ts';
export { createGroq } from './provider.ts';
export type {
  ChatOptions,
  ChatParameter,
  ChatQuirks,
  RateLimitBucket,
  RateLimits,
} from '@majordomo/openai-wire';
