import type { ImageBackend } from '@majordomo/core';
import type { ImagesQuirks } from '@majordomo/imagegen';
import type { CreateOtherModels } from '@majordomo/openai-wire';

/**
 * Quirks of OpenAI's images API. The API accepts no seed and always returns bytes. Width and height are multiples of 16, with a
 * ratio of at most 3:1 and a size of at most 3840x2160 (`ImageGenerateParams.size` in openai 7.55).
 */
export const OPENAI_IMAGES: ImagesQuirks = {
  responseFormat: 'none',
  seed: false,
  streams: true,
  size: { multipleOf: 16, maxEdge: 3840, maxPixels: 3840 * 2160, maxRatio: 3 },
  // `ImageEditParams.image` in openai 7.55 allows up to 16 images of less than 50 MB each.
  inputs: { mediaTypes: ['image/png', 'image/webp', 'image/jpeg'], maxBytes: 49_999_999, maxCount: 16 },
};

/**
 * Creates the image models of a provider. A request without images is sent to `/images/generations`. A request with images is
 * sent to `/images/edits`.
 *
 * @param quirks differences of the server from the API; by default the quirks of a compatible server
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
      ...(quirks?.streams === true && {
        async *generateStream(request, context) {
          const { drawStream } = await import('./draw.ts');
          yield* drawStream(modelId, request, context, { connection, quirks });
        },
      }),
    });
    return { imageModel };
  };
}
