import type { ChatOptions } from '@majordomo/openai-wire';

/** `baseURL` is what the SDK means by it: the origin. */
export type CerebrasOptions = ChatOptions;
