import { user, type ChatModel } from '@majordomo/core';

/** Returns the summary of a text. */
export async function summarize(model: ChatModel, text: string): Promise<string> {
  const request = { system: 'Sum up the text of the user in one sentence.', messages: [user(text)] };
  return (await model.generate(request)).text;
}
