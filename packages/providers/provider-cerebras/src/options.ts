import type { ChatOptions } from '@majordomo/openai-wire';

/** Options of `createCerebras`. `baseURL` is the origin without a path, as in the Cerebras SDK. */
export type CerebrasOptions = ChatOptions;
