import type { LlmError } from '../types/llm-error.ts';
import type { FilePart, ResultPart, ResultPiece, TurnMessage, ImagePart } from '../types/messages.ts';
import type { Capabilities, FileLimits, MediaFitter, ImageLimits } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';
import { contentsIn, withContents } from '../util/content.ts';
import type { IsReferred } from './contents.ts';
import { unsupportedError } from './validate.ts';

/** Messages that one step of the preparation has fitted to a target, and warnings about its changes. */
export interface FittedMessages {
  readonly messages: readonly TurnMessage[];
  readonly warnings: readonly Warning[];
}

interface FittedImage {
  readonly image: ImagePart;
  readonly warnings: readonly Warning[];
}

/** Fits each image to the limits of a target. Throws `unsupported` if the images still exceed a limit, such as their number. */
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
    throw tooLargeError(
      target,
      `accepts at most ${limits.maxCount} images, the request has ${images.length}; send fewer images`,
    );
  }
  const limitsForRequest = limitsForCount(limits, images.length);
  const fitAll = async (within: ImageLimits): Promise<ReadonlyMap<ImagePart, FittedImage>> => {
    const each = [...new Set(images)].map(
      async (image) => [image, await fitOne(image, within, fitter, target, scope.signal)] as const,
    );
    return new Map(await Promise.all(each));
  };
  const total = (results: ReadonlyMap<ImagePart, FittedImage>): number =>
    sum(images.map((image) => (results.get(image)?.image ?? image).bytes.length));
  let fitted = await fitAll(limitsForRequest);
  const maxTotal = limitsForRequest.maxTotalBytes ?? Infinity;
  if (total(fitted) > maxTotal && fitter !== undefined) {
    // Each image may use an equal share of the total size.
    fitted = await fitAll({
      ...limitsForRequest,
      maxBytes: Math.min(limitsForRequest.maxBytes, Math.floor(maxTotal / images.length)),
    });
  }
  if (total(fitted) > maxTotal) {
    const why = `accepts at most ${maxTotal} bytes of images in total, not ${total(fitted)}`;
    throw fitter === undefined
      ? unfitImageError(target, why)
      : tooLargeError(target, `${why}; send fewer or smaller images`);
  }
  const warnings = numberWarnings([...fitted.values()]);
  if (images.every((image) => fitted.get(image)?.image === image)) return { messages, warnings };
  return {
    messages: messages.map((message) =>
      withContents(message, (part) => [part.type === 'image' ? (fitted.get(part)?.image ?? part) : part]),
    ),
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
    throw unfitImageError(target, `accepts ${limits.mediaTypes.join(', ')}, not ${image.mediaType}`);
  }
  if (image.bytes.length > limits.maxBytes) {
    throw unfitImageError(
      target,
      `accepts images of up to ${limits.maxBytes} bytes, one has ${image.bytes.length}`,
    );
  }
  return { image, warnings: [] };
}

/** Adds the number of the image among the different images, counted from 1, to each warning if there are several. */
function numberWarnings(fitted: readonly FittedImage[]): readonly Warning[] {
  return fitted.flatMap(({ warnings }, index) =>
    fitted.length === 1
      ? warnings
      : warnings.map((warning) => ({ ...warning, what: `${warning.what} ${index + 1}` })),
  );
}

/** Returns the limits after applying the rule for the number of images. */
function limitsForCount(limits: ImageLimits, count: number): ImageLimits {
  const rule = limits.rules?.findLast(({ whenCountAbove }) => count > whenCountAbove);
  return rule === undefined ? limits : { ...limits, maxEdge: rule.maxEdge };
}

/** Returns the images of a request in order, including those in tool results, without those that a model generated. */
export const imagesIn = (messages: readonly TurnMessage[]): readonly ImagePart[] =>
  messages.flatMap(contentsIn).filter((part) => part.type === 'image');

/** Returns the error for images that do not fit the target's limits. Without a fitter, they cannot be changed. */
const unfitImageError = (target: string, why: string): LlmError =>
  tooLargeError(
    target,
    `${why}; set createMajordomo's option media to createMediaFitter() of @majordomo/media`,
  );

const PDF = 'application/pdf';

/**
 * Throws `unsupported` for documents above the limits of a target. The fitter counts the pages of PDFs only if the target limits
 * them. Returns a warning for each PDF whose pages cannot be counted.
 */
export async function checkFiles(
  messages: readonly TurnMessage[],
  limits: FileLimits | undefined,
  fitter: MediaFitter | undefined,
  target: string,
  scope: { readonly signal: AbortSignal },
  isReferred?: IsReferred,
): Promise<readonly Warning[]> {
  if (limits === undefined) return [];
  const files = messages.flatMap(contentsIn).filter((part) => part.type === 'file');
  const { maxCount = Infinity, maxBytes = Infinity, maxTotalBytes = Infinity, pdf = {} } = limits;
  const checkLimit = (number: number, max: number, what: string): void => {
    if (number > max) throw tooLargeError(target, `accepts at most ${max} ${what}, not ${number}`);
  };
  checkLimit(files.length, maxCount, 'documents in a request');
  const sent = files.filter((file) => !isReferred?.(file));
  for (const { mediaType, bytes, name = 'a document' } of sent) {
    const max = mediaType === PDF ? (pdf.maxBytes ?? maxBytes) : maxBytes;
    checkLimit(bytes.length, max, `bytes in ${name}`);
  }
  checkLimit(sum(sent.map(({ bytes }) => bytes.length)), maxTotalBytes, 'bytes of documents in a request');
  const { maxPages = Infinity, maxTotalPages = Infinity } = pdf;
  if (fitter?.pages === undefined || Math.min(maxPages, maxTotalPages) === Infinity) return [];
  const counts: number[] = [];
  const warnings: Warning[] = [];
  for (const file of files.filter(({ mediaType }) => mediaType === PDF)) {
    const { name = 'a PDF' } = file;
    const pages = await abortable(fitter.pages(file, scope.signal), scope.signal);
    if (pages === undefined) warnings.push(uncountedWarning(name, target));
    else checkLimit(pages, maxPages, `pages in ${name}`);
    counts.push(pages ?? 0);
  }
  checkLimit(sum(counts), maxTotalPages, 'pages of PDFs in a request');
  return warnings;
}

/** Replaces documents that the target does not accept in tool results with an error message that states the remedy. */
export function fitResultFiles(
  messages: readonly TurnMessage[],
  { resultFiles = [] }: Capabilities,
  target: string,
): FittedMessages {
  const isRejected = (piece: ResultPiece): piece is FilePart =>
    piece.type === 'file' && !resultFiles.includes(piece.mediaType);
  const hasRejected = ({ content }: ResultPart): boolean => content.some(isRejected);
  const warnings: Warning[] = [];
  const fit = (result: ResultPart): ResultPart => {
    const rejected = result.content.filter(isRejected);
    const types = [...new Set(rejected.map(({ mediaType }) => mediaType))].join(', ');
    const why = `${target} accepts no ${types} in a tool result; return the text of the document`;
    warnings.push({ action: 'dropped', what: `a document in the result of ${result.name}`, why });
    const content = result.content.filter((piece) => !isRejected(piece));
    return { ...result, content: [...content, { type: 'text', text: why }], isError: true };
  };
  const fitted = messages.map((message) => {
    // Return an unchanged message as the same object, because wires cache messages by identity.
    if (message.role !== 'tool' || !message.parts.some(hasRejected)) return message;
    return { ...message, parts: message.parts.map((part) => (hasRejected(part) ? fit(part) : part)) };
  });
  return { messages: warnings.length === 0 ? messages : fitted, warnings };
}

const uncountedWarning = (name: string, target: string): Warning => ({
  action: 'dropped',
  what: `page limit for ${name}`,
  why: `its pages cannot be counted, and ${target} limits them`,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tooLargeError = (target: string, why: string): LlmError =>
  unsupportedError(target, why, { code: 'too-large' });
