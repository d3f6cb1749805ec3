import { createMajordomo, user, type ImagePart, type Majordomo, type Provider } from '@majordomo/core';
import { createMediaFitter } from '@majordomo/media';

/** Creates a majordomo that fits images to each model's limits. Every fitted image is made from the original. */
export const studio = (providers: readonly Provider[]): Majordomo =>
  createMajordomo({ providers, media: createMediaFitter(), chain: { backoff: { baseMs: 1 } } });

export interface Picture {
  readonly image: ImagePart;
  readonly target: string;
}

/**
 * Generates an image, requests a critique from a chain of vision models, and edits the image. Images are chat parts, and edits
 * accept chat parts, so no conversion is required.
 */
export async function drawAndImprove(
  majordomo: Majordomo,
  prompt: string,
): Promise<{ readonly sketch: Picture; readonly advice: string; readonly final: Picture }> {
  const painter = majordomo.imageModel('art/flux,openai/gpt-image');
  const draw = async (request: Parameters<typeof painter.generate>[0]): Promise<Picture> => {
    const { images, target, warnings } = await painter.generate(request);
    for (const { action, what, why } of warnings) console.warn(`${action} ${what}: ${why}`);
    const [image] = images;
    if (image === undefined) throw new Error('the response has no image');
    return { image, target };
  };

  const sketch = await draw({ prompt, size: '1024x1024', seed: 7 });
  const critic = majordomo.model('openai/gpt-eyes,anthropic/claude-sonnet-5');
  const question = user('What is wrong with this picture? One sentence, as an instruction.', sketch.image);
  const { text: advice } = await critic.generate({ messages: [question] });
  const final = await draw({ prompt: advice, images: [sketch.image] });
  return { sketch, advice, final };
}
