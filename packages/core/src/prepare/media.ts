import { LlmError } from '../types/llm-error.ts';
import type { ImagePart, TurnMessage } from '../types/messages.ts';
import type { ImageLimits, MediaFitter } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';

/** Messages with fitted images, and warnings about their changes. */
export interface FittedMessages {
  readonly messages: readonly TurnMessage[];
  readonly warnings: readonly Warning[];
}

interface FittedImage {
  readonly image: ImagePart;
  readonly warnings: readonly Warning[];
}

/** Fits each image to the limits of a target. Without a fitter it throws `unsupported` for an image above the limits. */
export async function fitImages(
  messages: readonly TurnMessage[],
  limits: ImageLimits | false | undefined,
  fitter: MediaFitter | undefined,
  target: string,
  scope: { readonly signal: AbortSignal },
): Promise<FittedMessages> {
  if (limits === undefined || limits === false) return { messages, warnings: [] };
  const images = imagesIn(messages);
  if (limits.maxCount !== undefined && images.length > limits.maxCount) {
    throw misfitError(target, `takes at most ${limits.maxCount} images, the request has ${images.length}`);
  }
  const limitsForRequest = limitsForCount(limits, images.length);
  const fitAll = async (within: ImageLimits): Promise<ReadonlyMap<ImagePart, FittedImage>> => {
    const each = [...new Set(images)].map(
      async (image) => [image, await fitOne(image, within, fitter, target, scope.signal)] as const,
    );
    return new Map(await Promise.all(each));
  };
  const total = (results: ReadonlyMap<ImagePart, FittedImage>): number =>
    images.reduce((sum, image) => sum + (results.get(image)?.image ?? image).bytes.length, 0);
  let fitted = await fitAll(limitsForRequest);
  const maxTotal = limitsForRequest.maxTotalBytes ?? Infinity;
  if (total(fitted) > maxTotal && fitter !== undefined) {
    // Each image gets an equal share of the total.
    fitted = await fitAll({
      ...limitsForRequest,
      maxBytes: Math.min(limitsForRequest.maxBytes, Math.floor(maxTotal / images.length)),
    });
  }
  if (total(fitted) > maxTotal) {
    throw misfitError(target, `takes ${maxTotal} bytes of images in total, not ${total(fitted)}`);
  }
  const warnings = numberWarnings([...fitted.values()]);
  if (images.every((image) => fitted.get(image)?.image === image)) return { messages, warnings };
  return {
    messages: messages.map((message) => withImages(message, (image) => fitted.get(image)?.image ?? image)),
    warnings,
  };
}

async function fitOne(
  image: ImagePart,
  limits: ImageLimits,
  fitter: MediaFitter | undefined,
  target: string,
  signal: AbortSignal,
): Promise<FittedImage> {
  if (fitter !== undefined) {
    const warnings: Warning[] = [];
    const work = fitter.fit(image, limits, signal, (warning) => warnings.push(warning));
    return { image: await abortable(work, signal), warnings };
  }
  if (!limits.mediaTypes.includes(image.mediaType)) {
    throw misfitError(target, `takes ${limits.mediaTypes.join(', ')}, not ${image.mediaType}`);
  }
  if (image.bytes.length > limits.maxBytes) {
    throw misfitError(
      target,
      `takes images of up to ${limits.maxBytes} bytes, one has ${image.bytes.length}`,
    );
  }
  return { image, warnings: [] };
}

/** Adds the number of the image, from 1, to the warnings of several images. */
function numberWarnings(fitted: readonly FittedImage[]): readonly Warning[] {
  return fitted.flatMap(({ warnings }, index) =>
    fitted.length === 1
      ? warnings
      : warnings.map((warning) => ({ ...warning, what: `${warning.what} ${index + 1}` })),
  );
}

/** Applies the rule for the number of images. */
function limitsForCount(limits: ImageLimits, count: number): ImageLimits {
  const rule = limits.rules?.findLast(({ whenCountAbove }) => count > whenCountAbove);
  return rule === undefined ? limits : { ...limits, maxEdge: rule.maxEdge };
}

/** Returns the images of a request in order, including those in tool results. */
export function imagesIn(messages: readonly TurnMessage[]): readonly ImagePart[] {
  const images: ImagePart[] = [];
  const take = (part: { readonly type: string }): void => {
    if (isImage(part)) images.push(part);
  };
  for (const message of messages) {
    if (message.role === 'user') message.parts.forEach(take);
    else if (message.role === 'tool') for (const { content } of message.parts) content.forEach(take);
  }
  return images;
}

const isImage = (part: { readonly type: string }): part is ImagePart => part.type === 'image';

function withImages(message: TurnMessage, fit: (image: ImagePart) => ImagePart): TurnMessage {
  // Messages without images stay the same objects, because wires cache them by identity.
  if (imagesIn([message]).length === 0) return message;
  if (message.role === 'user') {
    return { ...message, parts: message.parts.map((part) => (part.type === 'image' ? fit(part) : part)) };
  }
  if (message.role !== 'tool') return message;
  const parts = message.parts.map((part) => ({
    ...part,
    content: part.content.map((piece) => (piece.type === 'image' ? fit(piece) : piece)),
  }));
  return { ...message, parts };
}

const misfitError = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}; @majordomo/media can make images fit`, {
    code: 'too-large',
  });
