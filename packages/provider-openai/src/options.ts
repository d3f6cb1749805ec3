import type { ChatOptions, ResponsesOptions } from '@majordomo/openai-wire';

/** Options of `createOpenAI`. `baseURL` includes `/v1`, as in the SDK of OpenAI. The type of `quirks` depends on `api`. */
export type OpenAIOptions =
  | (ResponsesOptions & {
      /**
       * API that is called: Responses or Chat Completions. Compatible servers usually implement `chat` only. `@default
       * 'responses'`
       */
      readonly api?: 'responses' | undefined;
    })
  | (ChatOptions & {
      /** API that is called. `'chat'` selects Chat Completions. `@default 'responses'` */
      readonly api: 'chat';
    });
