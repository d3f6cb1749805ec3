export type { CerebrasOptions } from './options.ts';
export { createCerebras } from './provider.ts';
export type {
  ChatOptions,
  ChatParameter,
  ChatQuirks,
  RateLimitBucket,
  RateLimits,
} from '@majordomo/openai-wire';
