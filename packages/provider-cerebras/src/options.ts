import type { ChatOptions } from '@majordomo/openai-wire';

/** Options of `createCerebras`. `baseURL` is the origin, as in the SDK. */
export type CerebrasOptions = ChatOptions;
