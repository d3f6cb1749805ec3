import { user, type ChatModel, type ChatResponse } from '@majordomo/core';

const MAX_TOKENS = 200;

/** Returns the response with the summary of a text. */
export function summarize(model: ChatModel, text: string): Promise<ChatResponse> {
  return model.generate({
    system: 'Sum up the text of the user in one sentence.',
    messages: [user(text)],
    maxTokens: MAX_TOKENS,
  });
}
