export type { GroqOptions } from './options.ts';
export { createGroq } from './provider.ts';
export type { RateLimitBucket, RateLimits } from '@majordomo/openai-wire';
