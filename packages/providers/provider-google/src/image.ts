import {
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type ModelContext,
  type Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { extraFor, type ErrorContext } from '@majordomo/wire-kit';
import { sessionCall } from '@majordomo/wire-kit/internal';
import {
  decodeImages,
  droppedSettings,
  generateEach,
  imageFromBase64,
  parseSize,
  type GeneratedImages,
  type ImageDecoder,
} from '@majordomo/imagegen';
import type { Connection } from './connection.ts';
import { servedByGemini } from './facts.ts';
import { blockedError, candidateOf, finishReason } from './response.ts';

interface ImageParams {
  readonly contents: readonly object[];
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Creates an image model. The API returns one image per request. `n` images require `n` parallel requests, with the seeds `seed`,
 * `seed + 1`, and so on.
 */
export function imageModel(modelId: string, connection: Connection): ImageBackend {
  return {
    id: modelId,
    generate: (request, context) =>
      generateEach(request, context, (seed) =>
        generateImage(modelId, { ...request, seed }, context, connection),
      ),
  };
}

function generateImage(
  modelId: string,
  request: ImageRequest,
  callContext: ModelContext,
  connection: Connection,
): Promise<GeneratedImages> {
  const { target } = callContext;
  return sessionCall(connection.open, callContext, async (session) => {
    const { params, warnings } = toImageParams(request, target);
    const extra = { ...extraFor(request.extra, 'gemini-generate', target) };
    // Images arrive in one non-streaming body.
    const context: ModelContext = { ...callContext, delivery: 'complete' };
    const response = await session.generate({ modelId, params, extra, context });
    const json: unknown = await response.json();
    const generated = fromImageBody(json, session);
    const served = servedByGemini('gemini-generate', json, session);
    return { ...generated, ...served, warnings: [...warnings, ...generated.warnings] };
  });
}

/** Values of `ImageConfig.aspectRatio` (guide to image generation, 2026-11). */
const RATIOS: readonly string[] = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
/** Maximum relative difference between a size's ratio and an aspect ratio. For example, 1344x768 is accepted as 16:9. */
const TOLERANCE = 0.04;

function toImageParams(
  { prompt, size, seed, images = [], mask, extra }: ImageRequest,
  target: string,
): { readonly params: ImageParams; readonly warnings: readonly Warning[] } {
  if (mask !== undefined) {
    throw new LlmError(
      'unsupported',
      `${target}: this API does not accept a mask; omit \`mask\` and describe the change in the prompt`,
      {
        target,
      },
    );
  }
  const ratio = size === undefined ? undefined : ratioOf(size, target);
  const inputImages = images.map(({ mediaType, bytes }) => ({
    inlineData: { mimeType: mediaType, data: toBase64(bytes) },
  }));
  return {
    params: {
      contents: [{ role: 'user', parts: [...inputImages, { text: prompt }] }],
      config: {
        responseModalities: ['IMAGE'],
        ...(ratio !== undefined && { imageConfig: { aspectRatio: ratio } }),
        ...(seed !== undefined && { seed }),
      },
    },
    warnings: [
      // Reports settings of OpenAI's images API in `extra`, which this API does not receive.
      ...droppedSettings({ extra }),
      ...(ratio === undefined
        ? []
        : [
            {
              action: 'coerced' as const,
              what: `size ${size ?? ''}`,
              why: `this API accepts only aspect ratios; ${ratio} was sent`,
            },
          ]),
    ],
  };
}

function ratioOf(size: string, target: string): string {
  const { width, height } = parseSize(size);
  const distance = (ratio: string): number => {
    const [across = 1, down = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(width / height / (across / down)));
  };
  const [nearest = '1:1'] = [...RATIOS].sort((a, b) => distance(a) - distance(b));
  if (distance(nearest) <= TOLERANCE) return nearest;
  throw new LlmError(
    'unsupported',
    `${target}: size ${size} is not supported; use a size with one of the aspect ratios ${RATIOS.join(', ')}`,
    {
      target,
      path: 'size',
    },
  );
}

/**
 * Returns the images of a response, without the text of the response. Throws `content-filter` for a blocked response and
 * `protocol` for an invalid response.
 */
function fromImageBody(json: unknown, facts: ErrorContext): GeneratedImages {
  const { target } = facts;
  const { parts, finishReason: raw, finishMessage, usage } = candidateOf(json, facts);
  const entries = parts.flatMap(({ inlineData, thought }, at): readonly ImageDecoder[] => {
    if (inlineData === undefined || thought === true) return [];
    const path = `candidates[0].content.parts[${at}].inlineData.data`;
    return [() => imageFromBase64(inlineData.data, { target, path })];
  });
  if (entries.length === 0 && finishReason(raw, false) === 'content-filter')
    throw blockedError('response', raw, finishMessage, target, usage);
  // Each request asks for one image, see `generateEach`.
  return { target, ...decodeImages(entries, 1, target), usage };
}
