import {
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type ModelContext,
  type Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { extraFor } from '@majordomo/wire-kit';
import {
  generateEach,
  imageFromBase64,
  parseSize,
  decodeImages,
  type GeneratedImages,
  type ImageDecoder,
} from '@majordomo/imagegen';
import type { Connection } from './connection.ts';
import { toLlmError, type GeminiFacts } from './errors.ts';
import { blocked, candidateOf, finishReason } from './response.ts';

/** What goes to the SDK next to the model's id. */
export interface ImageParams {
  readonly contents: readonly object[];
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * A model that draws in its answer. It draws one image a call, so `n` are as many calls side by side, with seeds
 * seed, seed + 1, …
 */
export function imageModel(modelId: string, connection: Connection): ImageBackend {
  return {
    id: modelId,
    generate: (request, context) =>
      generateEach(request, context, (seed) => draw(modelId, { ...request, seed }, context, connection)),
  };
}

async function draw(
  modelId: string,
  request: ImageRequest,
  asked: ModelContext,
  connection: Connection,
): Promise<GeneratedImages> {
  const { target, signal } = asked;
  const facts: GeminiFacts = { target, secrets: [] };
  try {
    const { params, warnings } = toImageParams(request, target);
    const extra = { ...extraFor(request.extra, 'gemini-generate', target) };
    // Pictures come in one body.
    const context: ModelContext = { ...asked, delivery: 'complete' };
    const response = await connection.generate({ modelId, params, extra, context, facts });
    const drawing = fromImageBody(await response.json(), facts);
    return { ...drawing, warnings: [...warnings, ...drawing.warnings] };
  } catch (error) {
    signal.throwIfAborted();
    throw toLlmError(error, facts);
  }
}

/** `ImageConfig.aspectRatio`, in the guide to image generation (2026-11). */
const RATIOS: readonly string[] = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
/** Sizes are rarely exact: 1344x768 is what these models call 16:9. */
const TOLERANCE = 0.04;

/** Pure: the request as generateContent has it. Unset fields are absent. */
export function toImageParams(
  { prompt, size, seed, images = [], mask }: ImageRequest,
  target: string,
): { readonly params: ImageParams; readonly warnings: readonly Warning[] } {
  if (mask !== undefined) {
    throw new LlmError('unsupported', `${target} takes no mask: say in the prompt what to change`, {
      target,
    });
  }
  const ratio = size === undefined ? undefined : ratioOf(size, target);
  const pictures = images.map(({ mediaType, bytes }) => ({
    inlineData: { mimeType: mediaType, data: toBase64(bytes) },
  }));
  return {
    params: {
      contents: [{ role: 'user', parts: [...pictures, { text: prompt }] }],
      config: {
        responseModalities: ['IMAGE'],
        ...(ratio !== undefined && { imageConfig: { aspectRatio: ratio } }),
        ...(seed !== undefined && { seed }),
      },
    },
    warnings:
      ratio === undefined
        ? []
        : [
            {
              action: 'coerced',
              what: `size ${size ?? ''}`,
              why: `this wire has aspect ratios only: ${ratio}`,
            },
          ],
  };
}

function ratioOf(size: string, target: string): string {
  const { width, height } = parseSize(size);
  const offBy = (ratio: string): number => {
    const [across = 1, down = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(width / height / (across / down)));
  };
  const [nearest = '1:1'] = [...RATIOS].sort((a, b) => offBy(a) - offBy(b));
  if (offBy(nearest) <= TOLERANCE) return nearest;
  throw new LlmError('unsupported', `${target} does not draw ${size}: its ratios are ${RATIOS.join(', ')}`, {
    target,
    path: 'size',
  });
}

/** Pure: the images of an answer; words next to them are left out. A block is `content-filter`, drift is `protocol`. */
export function fromImageBody(json: unknown, facts: GeminiFacts): GeneratedImages {
  const { target } = facts;
  const { parts, finishReason: raw, finishMessage, usage } = candidateOf(json, facts);
  const entries = parts.flatMap(({ inlineData, thought }, at): readonly ImageDecoder[] => {
    if (inlineData === undefined || thought === true) return [];
    const path = `candidates[0].content.parts[${at}].inlineData.data`;
    return [() => imageFromBase64(inlineData.data, { target, path })];
  });
  if (entries.length === 0 && finishReason(raw, false) === 'content-filter')
    throw blocked(raw, finishMessage, target, usage);
  return { target, ...decodeImages(entries, 1, target), usage };
}
