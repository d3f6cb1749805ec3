import type { ImageBackend, ImageRequest, ModelContext } from '@majordomo/core';
import { limitBody, type ErrorContext } from '@majordomo/wire-kit';
import { servedBy, sessionCall } from '@majordomo/wire-kit/internal';
import {
  generateEach,
  imageFromBytes,
  imageFromRun,
  toRunCall,
  type GeneratedImages,
  type RunQuirks,
} from '@majordomo/imagegen';
import type { Connection } from './connection.ts';
import { resultOf } from './response.ts';

/** Creates an image model. A run returns one image. `n` images require `n` parallel runs, with `seed`, `seed + 1`, and so on. */
export function imageModel(modelId: string, quirks: RunQuirks, connection: Connection): ImageBackend {
  return {
    id: modelId,
    // The model pages do not specify media types and sizes (2026-11). `toRunCall` checks the number of images.
    images: quirks.images === 0 ? false : undefined,
    generate: (request, context) =>
      generateEach(request, context, (seed) =>
        generateImage(modelId, { ...request, seed }, context, quirks, connection),
      ),
  };
}

function generateImage(
  modelId: string,
  request: ImageRequest,
  context: ModelContext,
  quirks: RunQuirks,
  connection: Connection,
): Promise<GeneratedImages> {
  const { target } = context;
  return sessionCall(connection.open, context, async (session) => {
    const { input, warnings } = toRunCall(request, quirks, target);
    const response = limitBody(await session.run({ modelId, input, context }), target);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const images = [await readImage(bytes, session)];
    const served = servedBy('workersai-run', undefined, response.headers);
    return { target, ...served, images, warnings, usage: undefined };
  });
}

/** First bytes of JSON: an object or a string. No image begins with these bytes. */
const BRACE = 0x7b;
const QUOTE = 0x22;

async function readImage(bytes: Uint8Array, facts: ErrorContext): Promise<GeneratedImages['images'][number]> {
  const { target } = facts;
  if (bytes[0] !== BRACE && bytes[0] !== QUOTE) return imageFromBytes(bytes, { target, path: '' });
  const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return imageFromRun(resultOf(body, facts), { target, path: 'image' });
}
