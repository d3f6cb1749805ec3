export { createCerebras, type CerebrasOptions } from './provider.ts';
export type { RateLimitBucket, RateLimits } from '@majordomo/openai-wire';
