export type { CerebrasOptions } from './options.ts';
export { createCerebras } from './provider.ts';
export type { RateLimitBucket, RateLimits } from '@majordomo/openai-wire';
