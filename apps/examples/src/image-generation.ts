import { user, type Majordomo } from '@majordomo/core';

/** Generates two images with a chain of image models and passes the images to a chat model without conversion. */
export async function betterCat(majordomo: Majordomo): Promise<string> {
  const painter = majordomo.imageModel('openai/gpt-image,art/draw');
  const { images, warnings } = await painter.generate({ prompt: 'a cat', size: '1024x1024', n: 2 });
  for (const { action, what, why } of warnings) console.warn(`${action} ${what}: ${why}`);
  const judge = majordomo.model('anthropic/claude-large');
  return (await judge.generate({ messages: [user('Which cat is better?', images)] })).text;
}
