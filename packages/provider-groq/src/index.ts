export { createGroq, type GroqOptions } from './provider.ts';
export type { RateLimitBucket, RateLimits } from '@majordomo/openai-wire';
