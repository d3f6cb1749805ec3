import type { ChatOptions } from '@majordomo/openai-wire';

/** Options of `createCerebras`. `baseURL` is the origin without a path, as in the SDK of Cerebras. */
export type CerebrasOptions = ChatOptions;
