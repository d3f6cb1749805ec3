import type { ChatOptions } from '@majordomo/openai-wire';

/** Options of `createGroq`. `baseURL` is the origin, as in the SDK. */
export type GroqOptions = ChatOptions;
