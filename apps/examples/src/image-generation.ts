import { user, type Majordomo } from '@majordomo/core';

/** Two pictures from one chain of image models, judged by a chat model: images are parts, as they are. */
export async function betterCat(majordomo: Majordomo): Promise<string> {
  const painter = majordomo.imageModel('openai/gpt-image,art/draw');
  const { images, warnings } = await painter.generate({ prompt: 'a cat', size: '1024x1024', n: 2 });
  for (const { action, what, why } of warnings) console.warn(`${action} ${what}: ${why}`);
  const judge = majordomo.model('anthropic/claude-large');
  return (await judge.generate({ messages: [user('Which cat is better?', images)] })).text;
}
