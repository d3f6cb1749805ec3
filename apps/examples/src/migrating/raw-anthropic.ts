import { image, user, type ChatModel } from '@majordomo/core';

// #region anthropic-answer
export async function describe(
  model: ChatModel,
  picture: Uint8Array,
): Promise<{ text: string; thought: string }> {
  const response = await model.generate({
    system: 'You describe pictures for people who cannot see them.',
    messages: [user('What is in this picture?', image(picture, 'image/png'))],
    reasoning: 'low',
    cache: 'short',
    maxTokens: 4_000,
  });
  const thoughts = response.parts.filter((part) => part.type === 'reasoning');
  return { text: response.text, thought: thoughts.map(({ text }) => text).join('') };
}
// #endregion
