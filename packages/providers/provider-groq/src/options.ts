import type { ChatOptions } from '@majordomo/openai-wire';

/** Options of `createGroq`. `baseURL` is the origin without a path, as in the Groq SDK. */
export type GroqOptions = ChatOptions;
