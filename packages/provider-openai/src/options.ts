import type { ChatOptions, ResponsesOptions } from '@majordomo/openai-wire';

/** Options of `createOpenAI`. `baseURL` ends in `/v1`, as in the SDK. The type of `quirks` depends on `api`. */
export type OpenAIOptions =
  | (ResponsesOptions & {
      /** The wire. Compatible servers usually have `chat` only. `@default 'responses'` */
      readonly api?: 'responses' | undefined;
    })
  | (ChatOptions & {
      /** The wire: Chat Completions. `@default 'responses'` */
      readonly api: 'chat';
    });
