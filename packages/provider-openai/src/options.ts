import type { ChatOptions, ResponsesOptions } from '@majordomo/openai-wire';

/**
 * `baseURL` is what the SDK means by it: it ends in `/v1`. `api`, the wire, is `responses` unless said otherwise; `quirks`
 * are those of the wire.
 */
export type OpenAIOptions =
  | (ResponsesOptions & {
      /** The wire: Responses is the default, `chat` is what compatible servers speak. */
      readonly api?: 'responses' | undefined;
    })
  | (ChatOptions & {
      /** The wire: Chat Completions. */
      readonly api: 'chat';
    });
