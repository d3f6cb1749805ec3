import type { ImageBackend, ImageRequest, ModelContext } from '@majordomo/core';
import {
  drawEach,
  imageFromBytes,
  imageFromRun,
  toRunCall,
  type Drawing,
  type RunQuirks,
} from '@majordomo/imagegen';
import { inBandError, toLlmError, type Failed } from './errors.ts';

/** Runs a model once: by the binding, or over REST. */
export type Run = (input: object, context: ModelContext, failed: Failed) => Promise<Response>;

/**
 * A model that draws one image a run. `n` are as many runs side by side, with seeds seed, seed + 1, …
 */
export function imageModel(modelId: string, quirks: RunQuirks, run: Run): ImageBackend {
  return {
    id: modelId,
    // Of types and sizes the model pages say nothing (2026-11); the number is checked with the request.
    images: quirks.images === 0 ? false : undefined,
    generate: (request, context) =>
      drawEach(request, context, (seed) => draw({ ...request, seed }, context, quirks, run)),
  };
}

async function draw(
  request: ImageRequest,
  context: ModelContext,
  quirks: RunQuirks,
  run: Run,
): Promise<Drawing> {
  const { target, signal } = context;
  const failed: Failed = { target, secrets: [] };
  try {
    const { input, warnings } = toRunCall(request, quirks, target);
    const response = await run(input, context, failed);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { target, images: [await imageIn(bytes, failed)], warnings, usage: undefined };
  } catch (error) {
    signal.throwIfAborted();
    throw toLlmError(error, failed);
  }
}

const BRACE = 0x7b;
const QUOTE = 0x22;

/** The picture itself, or JSON with it; the content type is not to be relied on, a stream of the binding has none. */
async function imageIn(bytes: Uint8Array, failed: Failed): Promise<Drawing['images'][number]> {
  const { target } = failed;
  if (bytes[0] !== BRACE && bytes[0] !== QUOTE) return imageFromBytes(bytes, { target, path: '' });
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof body === 'object' && body !== null && 'errors' in body && !('result' in body && body.result)) {
    throw inBandError(body, failed);
  }
  return imageFromRun(body, { target, path: 'image' });
}
