import { user, type ChatResponse, type Majordomo } from '@majordomo/core';

/** A spec is text: targets and names in order. Parsing it opens nothing, and a mistake in it has a place. */
export const elementsOf = (majordomo: Majordomo, spec: string): readonly string[] =>
  majordomo.parse(spec).map(({ kind, text, offset }) => `${offset} ${kind} ${text}`);

/** Aliases may stand anywhere in a chain, and mean what they mean at the time of the call. */
export async function askInOrder(majordomo: Majordomo, question: string): Promise<ChatResponse> {
  majordomo.alias('backup', 'anthropic/claude-small');
  const model = majordomo.model('openai/gpt-large,openai/gpt-small,backup');
  return model.generate({ messages: [user(question)] });
}
