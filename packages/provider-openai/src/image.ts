import type { ImageBackend } from '@majordomo/core';
import type { ImagesQuirks } from '@majordomo/imagegen';
import type { CreateOtherModels } from '@majordomo/openai-wire';

/**
 * What the images API of the vendor draws: it has no seed and always sends bytes. Multiples of 16, at most 3:1 and
 * 3840x2160 (`ImageGenerateParams.size` of openai 7.55).
 */
export const OPENAI_IMAGES: ImagesQuirks = {
  responseFormat: 'none',
  seed: false,
  size: { multipleOf: 16, maxEdge: 3840, maxPixels: 3840 * 2160, maxRatio: 3 },
  // `ImageEditParams.image` of openai 7.55: less than 50 MB each, up to 16 images.
  inputs: { mediaTypes: ['image/png', 'image/webp', 'image/jpeg'], maxBytes: 49_999_999, maxCount: 16 },
};

/**
 * Image models of the images wire over a provider's connection: `generations`, and `edits` where images are given.
 *
 * @param quirks default: those of servers that copied the wire
 */
export function imageModels(quirks?: ImagesQuirks): CreateOtherModels {
  return ({ connection }) => {
    const withoutFormat = new Set<string>();
    const imageModel = (modelId: string): ImageBackend => ({
      id: modelId,
      images: quirks?.inputs,
      // Chats need nothing of it.
      async generate(request, context) {
        const { draw } = await import('./draw.ts');
        return draw(modelId, request, context, { connection, quirks, withoutFormat });
      },
    });
    return { imageModel };
  };
}
