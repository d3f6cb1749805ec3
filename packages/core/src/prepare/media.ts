import { LlmError } from '../types/llm-error.ts';
import type { ImagePart, TurnMessage } from '../types/messages.ts';
import type { ImageLimits, MediaFitter } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';

/** What was fitted, and what was done for it. */
export interface FittedMessages {
  readonly messages: readonly TurnMessage[];
  readonly warnings: readonly Warning[];
}

interface FittedImage {
  readonly image: ImagePart;
  readonly warnings: readonly Warning[];
}

/** Fits every image to the target's limits; without a fitter, refuses the ones that do not fit by themselves. */
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
    throw unfit(target, `takes at most ${limits.maxCount} images, the request has ${images.length}`);
  }
  const own = forCount(limits, images.length);
  const fitAll = async (within: ImageLimits): Promise<ReadonlyMap<ImagePart, FittedImage>> => {
    const each = [...new Set(images)].map(
      async (image) => [image, await fitOne(image, within, fitter, target, scope.signal)] as const,
    );
    return new Map(await Promise.all(each));
  };
  const total = (made: ReadonlyMap<ImagePart, FittedImage>): number =>
    images.reduce((sum, image) => sum + (made.get(image)?.image ?? image).bytes.length, 0);
  let fitted = await fitAll(own);
  const most = own.maxTotalBytes ?? Infinity;
  if (total(fitted) > most && fitter !== undefined) {
    // Together they are too large: none may be larger than its share.
    fitted = await fitAll({ ...own, maxBytes: Math.min(own.maxBytes, Math.floor(most / images.length)) });
  }
  if (total(fitted) > most) {
    throw unfit(target, `takes ${most} bytes of images in all, not ${total(fitted)}`);
  }
  const warnings = numbered([...fitted.values()]);
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
    throw unfit(target, `takes ${limits.mediaTypes.join(', ')}, not ${image.mediaType}`);
  }
  if (image.bytes.length > limits.maxBytes) {
    throw unfit(target, `takes images of up to ${limits.maxBytes} bytes, one has ${image.bytes.length}`);
  }
  return { image, warnings: [] };
}

/** Says which of several images was changed, counted from 1. */
function numbered(fitted: readonly FittedImage[]): readonly Warning[] {
  return fitted.flatMap(({ warnings }, index) =>
    fitted.length === 1
      ? warnings
      : warnings.map((warning) => ({ ...warning, what: `${warning.what} ${index + 1}` })),
  );
}

/** The edge limit may shrink with the number of images. */
function forCount(limits: ImageLimits, count: number): ImageLimits {
  const rule = limits.rules?.findLast(({ whenCountAbove }) => count > whenCountAbove);
  return rule === undefined ? limits : { ...limits, maxEdge: rule.maxEdge };
}

/** All of a request, those in tool results too, in their order. */
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
  // The others stay the same objects: wires know them by identity.
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

const unfit = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}; @majordomo/media can make images fit`, {
    target,
    code: 'too-large',
  });
