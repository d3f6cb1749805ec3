import type { ImagePart, ImageRequest, ModelContext, Recovery } from '@majordomo/core';
import {
  COMPATIBLE_IMAGES,
  fromImagesBody,
  fromImagesStream,
  toImagesCall,
  type GeneratedImages,
  type ImagesQuirks,
} from '@majordomo/imagegen';
import type { Connection } from '@majordomo/openai-wire';

/** State and functions that the image models of one provider share. */
interface ImagesApi {
  readonly connection: Connection;
  readonly quirks: ImagesQuirks | undefined;
  /** Ids of models that rejected `response_format`. */
  readonly withoutFormat: Set<string>;
}

/** Sends one request to the images API and returns the generated images. */
export async function draw(
  modelId: string,
  request: ImageRequest,
  context: ModelContext,
  { connection, quirks, withoutFormat }: ImagesApi,
): Promise<GeneratedImages> {
  const { target, signal } = context;
  const known = quirks ?? COMPATIBLE_IMAGES;
  const own = withoutFormat.has(modelId) ? { ...known, responseFormat: 'none' as const } : known;
  const session = connection.open({
    target,
    recovery: (failure, status) =>
      status === 400 && failure.param === 'response_format' && own.responseFormat !== 'none'
        ? withoutResponseFormat(withoutFormat, modelId)
        : undefined,
  });
  try {
    const { path, body, warnings } = toImagesCall(request, modelId, own, target);
    const response = await session.post(path, body, context);
    const { headers } = response;
    const generated = fromImagesBody(await response.json(), request.n ?? 1, target, headers);
    return { ...generated, warnings: [...warnings, ...generated.warnings] };
  } catch (error) {
    signal.throwIfAborted();
    throw session.toLlmError(error);
  }
}

/**
 * Sends one request to the images API, and yields preliminary images, then the generated image. Only models without the
 * property `response_format` stream, so no recovery drops it.
 */
export async function* drawStream(
  modelId: string,
  request: ImageRequest,
  context: ModelContext,
  { connection, quirks }: { readonly connection: Connection; readonly quirks: ImagesQuirks },
): AsyncGenerator<{ readonly partial: ImagePart } | GeneratedImages> {
  const { target, signal } = context;
  const session = connection.open({ target });
  try {
    // `true` requests a stream.
    const { path, body, warnings } = toImagesCall(request, modelId, quirks, target, true);
    const response = await session.post(path, body, context);
    for await (const step of fromImagesStream(response, target))
      yield 'images' in step ? { ...step, warnings: [...warnings, ...step.warnings] } : step;
  } catch (error) {
    signal.throwIfAborted();
    throw session.toLlmError(error);
  }
}

/**
 * Records that a model rejects `response_format`, so that the next attempt omits the property. The returned recovery does not
 * change the request, because a recovery can change only a chat request.
 */
function withoutResponseFormat(models: Set<string>, modelId: string): Recovery {
  models.add(modelId);
  return { id: 'response_format', what: 'response_format dropped', apply: (request) => request };
}
