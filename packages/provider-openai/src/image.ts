import type { ImageBackend } from '@majordomo/core';
import type { ImagesQuirks } from '@majordomo/imagegen';
import type { CreateOtherModels } from '@majordomo/openai-wire';

/**
 * Quirks of the vendor's images API, which has no seed and always sends bytes. Edges are multiples of 16, at most 3:1 and
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
 * Creates image models over a provider's connection: `generations`, and `edits` for a request with images.
 *
 * @param quirks by default those of compatible servers
 */
export function imageModels(quirks?: ImagesQuirks): CreateOtherModels {
  return ({ connection }) => {
    const withoutFormat = new Set<string>();
    const imageModel = (modelId: string): ImageBackend => ({
      id: modelId,
      images: quirks?.inputs,
      async generate(request, context) {
        const { draw } = await import('./draw.ts');
        return draw(modelId, request, context, { connection, quirks, withoutFormat });
      },
    });
    return { imageModel };
  };
}
