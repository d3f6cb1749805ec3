import type { ChatOptions, ResponsesOptions } from '@majordomo/openai-wire';

/** Options of `createOpenAI`. `baseURL` includes `/v1`, as in the OpenAI SDK. The type of `quirks` depends on `api`. */
export type OpenAIOptions =
  | (ResponsesOptions & {
      /**
       * API that the provider calls: Responses or Chat Completions. Compatible servers usually implement only `chat`.
       * @default 'responses'
       */
      readonly api?: 'responses' | undefined;
    })
  | (ChatOptions & {
      /** API that the provider calls. `'chat'` selects Chat Completions. @default 'responses' */
      readonly api: 'chat';
    });
