import {
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type ModelContext,
  type Warning,
} from '@majordomo/core';
import { asRecord, toBase64 } from '@majordomo/core/provider';
import {
  drawEach,
  extraFor,
  imageFromBase64,
  parseSize,
  readImages,
  type DrawnImages,
  type Entry,
} from '@majordomo/imagegen';
import type { Connection } from './connection.ts';
import { inBandError, toLlmError, type GeminiFacts, type WireError } from './errors.ts';
import { finishReason, usage, type WireUsage } from './response.ts';

/** What goes to the SDK beside the model's id. */
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
      drawEach(request, context, (seed) => draw(modelId, { ...request, seed }, context, connection)),
  };
}

async function draw(
  modelId: string,
  request: ImageRequest,
  asked: ModelContext,
  connection: Connection,
): Promise<DrawnImages> {
  const { target, signal } = asked;
  const facts: GeminiFacts = { target, secrets: [] };
  try {
    const { params, warnings } = toImageParams(request, target);
    const extra = { ...extraFor(request.extra, 'gemini-generate', target) };
    // Pictures come in one body.
    const context: ModelContext = { ...asked, delivery: 'whole' };
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

interface Body {
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: WireUsage;
  readonly error?: WireError;
}
interface Candidate {
  readonly content?: { readonly parts?: readonly Part[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
}
interface Part {
  /** Sketches on the way to the picture. */
  readonly thought?: boolean;
  readonly inlineData?: { readonly data?: unknown };
}

/** Pure: the images of an answer; words beside them are left out. A block is `content-filter`, drift is `protocol`. */
export function fromImageBody(json: unknown, facts: GeminiFacts): DrawnImages {
  const { target } = facts;
  const body: Body = asRecord(json);
  if (body.error !== undefined) throw inBandError(body.error, facts);
  const { blockReason, blockReasonMessage } = body.promptFeedback ?? {};
  if (blockReason !== undefined) throw blocked(blockReason, blockReasonMessage, target);
  const candidate = Array.isArray(body.candidates)
    ? (body.candidates[0] as Candidate | undefined)
    : undefined;
  if (candidate === undefined) {
    throw new LlmError('protocol', `${target} answered without candidates`, { target, path: 'candidates' });
  }
  const parts: readonly Part[] = Array.isArray(candidate.content?.parts) ? candidate.content.parts : [];
  const entries = parts.flatMap((part, at): readonly Entry[] => {
    if (part.inlineData === undefined || part.thought === true) return [];
    const path = `candidates[0].content.parts[${at}].inlineData.data`;
    return [() => imageFromBase64(part.inlineData?.data, { target, path })];
  });
  const { finishReason: raw = '', finishMessage } = candidate;
  if (entries.length === 0 && finishReason(raw, false) === 'content-filter')
    throw blocked(raw, finishMessage, target);
  const tokens = body.usageMetadata === undefined ? undefined : usage(body.usageMetadata, 0);
  return { target, ...readImages(entries, 1, target), usage: tokens };
}

const blocked = (reason: string, message: string | undefined, target: string): LlmError =>
  new LlmError('content-filter', `${target} refused to draw: ${message ?? reason}`, { target, code: reason });
