import type { ImageBackend, ImageRequest, ModelContext, Recovery } from '@majordomo/core';
import { fromImagesBody, toImagesCall, type DrawnImages, type ImagesQuirks } from '@majordomo/imagegen';
import type { Connection, ImageModels, SdkCallFacts } from '@majordomo/openai-wire';

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

/** Image models of the images wire over a provider's connection: `generations`, and `edits` where images are given. */
export function imageModels(quirks: ImagesQuirks): ImageModels {
  return (connection) => {
    const withoutFormat = new Set<string>();
    return (modelId): ImageBackend => ({
      id: modelId,
      images: quirks.inputs,
      generate: (request, context) => draw(modelId, request, context, { connection, quirks, withoutFormat }),
    });
  };
}

/** What the image models of one provider share. */
interface ImagesApi {
  readonly connection: Connection;
  readonly quirks: ImagesQuirks;
  /** Models that refused to be told the format. */
  readonly withoutFormat: Set<string>;
}

async function draw(
  modelId: string,
  request: ImageRequest,
  context: ModelContext,
  { connection, quirks, withoutFormat }: ImagesApi,
): Promise<DrawnImages> {
  const { target, signal } = context;
  const own = withoutFormat.has(modelId) ? { ...quirks, responseFormat: 'none' as const } : quirks;
  const facts: SdkCallFacts = {
    target,
    secrets: [],
    recovery: (failure, status) =>
      status === 400 && failure.param === 'response_format' && own.responseFormat !== 'none'
        ? forget(withoutFormat, modelId)
        : undefined,
  };
  try {
    const { path, body, warnings } = toImagesCall(request, modelId, own, target);
    const response = await connection.post(path, body, context, facts);
    const drawing = fromImagesBody(await response.json(), request.n ?? 1, target);
    return { ...drawing, warnings: [...warnings, ...drawing.warnings] };
  } catch (error) {
    signal.throwIfAborted();
    throw connection.toLlmError(error, facts);
  }
}

/** A recovery changes requests of chats alone: what is remembered of the model changes the next body. */
function forget(models: Set<string>, modelId: string): Recovery {
  models.add(modelId);
  return { id: 'response_format', what: 'response_format dropped', apply: (request) => request };
}
