import { user, type ChatResponse, type Majordomo } from '@majordomo/core';

/** Lists the elements of a spec: targets and names in order, with their offsets. Parsing does not open a connection. */
export const elementsOf = (majordomo: Majordomo, spec: string): readonly string[] =>
  majordomo.parse(spec).map(({ kind, text, offset }) => `${offset} ${kind} ${text}`);

/** Calls a chain with an alias. An alias can be anywhere in a chain. Each call resolves its aliases. */
export async function askInOrder(majordomo: Majordomo, question: string): Promise<ChatResponse> {
  majordomo.alias('backup', 'anthropic/claude-small');
  const model = majordomo.model('openai/gpt-large,openai/gpt-small,backup');
  return model.generate({ messages: [user(question)] });
}
