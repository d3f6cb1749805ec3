import type { ImageLimits, MediaFitter } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { isForGood, sharpCodec, type Codec, type Sharp } from './codec.ts';
import { sizeOf, type ImageFacts } from './formats/facts.ts';
import { inspectImage } from './inspect-image.ts';
import { inspectPdf, type PdfFacts } from './pdf/inspect-pdf.ts';
import { memoryLane } from './memory-lane.ts';
import { broken, unfit } from './refuse.ts';
import { durationOf } from './recordings/inspect-recording.ts';
import { encodable, remake, type Remade } from './remake.ts';
import { resultMemo } from './result-memo.ts';

/** How media are made to fit; every field has a default. */
export interface MediaFitterOptions {
  /** The sharp to use, or `false` for none. Default: the package's own, loaded when the first image needs it. */
  readonly sharp?: Sharp | false | undefined;
  /** Images of more pixels are refused by their header. Default: 50,331,648, above the 50 megapixels of phones. */
  readonly maxPixels?: number | undefined;
  /**
   * Bytes that one image, and all that are worked at together, may take, by estimate from their headers; others wait or
   * are refused. Default: 208,000,000, with which a process grows by less than 256 MB.
   */
  readonly maxMemory?: number | undefined;
  /** Images worked at together, as far as `maxMemory` goes. Default: 2. */
  readonly concurrency?: number | undefined;
  /** What becomes of an animation that fits. Models look at one frame or refuse it, so it becomes `first-frame`. */
  readonly animation?: 'first-frame' | 'keep' | undefined;
  /** Longest time for one step of decoding or encoding, in milliseconds, rounded up to seconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

const KINDS: KindsOf<MediaFitterOptions> = {
  sharp: 'boolean or function',
  maxPixels: 1,
  maxMemory: 1,
  concurrency: 1,
  animation: ['first-frame', 'keep'],
  timeoutMs: 1,
};

const MOST_PIXELS = 3 * 2 ** 24;
const MOST_MEMORY = 208e6;

/**
 * Makes images fit a target: for `createMajordomo({ media })`, which calls it for each target with the original bytes.
 * What fits is given back untouched. Throws `unsupported` for what cannot be made to fit, so that a chain continues, and
 * `invalid-request` for what is not a whole picture, which no target would take. What was done is told as a warning. Pages
 * of PDFs are counted for the targets that limit them, and recordings that are to be written down are measured.
 *
 * @example createMajordomo({ providers, env: process.env, media: createMediaFitter() })
 */
export function createMediaFitter(options: MediaFitterOptions = {}): MediaFitter {
  checkOptions('createMediaFitter', options, KINDS);
  const { maxPixels = MOST_PIXELS, maxMemory = MOST_MEMORY } = options;
  const { concurrency = 2, animation = 'first-frame', timeoutMs = 10_000 } = options;
  const loadCodec = lazyCodec(options.sharp, { maxPixels, timeoutMs });
  const lane = memoryLane(concurrency, maxMemory);
  const memo = resultMemo<Remade>(isForGood);
  return {
    pages: pageCounter(),
    durationMs: durationOf,
    async fit(image, limits, signal, warn) {
      signal.throwIfAborted();
      const { bytes } = image;
      const facts = pictureIn(bytes, maxPixels);
      const { mediaType } = facts;
      const asItIs = mediaType === image.mediaType ? image : { ...image, mediaType };
      const mustBeStill = facts.animated && animation === 'first-frame' && encodable(limits).length > 0;
      const misfit = misfitOf(facts, bytes.length, limits);
      if (misfit === undefined && !mustBeStill) return asItIs;
      const codec = await loadCodec();
      if (codec === undefined) {
        if (misfit === undefined) return asItIs;
        throw unfit(`${misfit}; install sharp to have it changed`);
      }
      const key = `${limits.mediaTypes.join()} ${limits.maxBytes} ${limits.maxEdge ?? ''}`;
      const made = await memo.get(bytes, key, signal, (shared) =>
        remake(bytes, facts, limits, { codec, lane, maxMemory }, shared),
      );
      const { done } = made;
      warn?.({ action: 'coerced', what: 'image', why: `${misfit ?? `an ${mediaType} moves`}: ${done}` });
      return { ...image, mediaType: made.mediaType, bytes: made.bytes };
    },
  };
}

/** Counted once for the same bytes, as a transcript's next turn has them again. */
function pageCounter(): NonNullable<MediaFitter['pages']> {
  const known = new WeakMap<Uint8Array, Pick<PdfFacts, 'pages'>>();
  return async ({ bytes }) => {
    const facts = known.get(bytes) ?? { pages: inspectPdf(bytes)?.pages };
    known.set(bytes, facts);
    return Promise.resolve(facts.pages);
  };
}

/** Asked for once; a missing package is not an error until an image needs it. */
function lazyCodec(
  given: Sharp | false | undefined,
  options: { readonly maxPixels: number; readonly timeoutMs: number },
): () => Promise<Codec | undefined> {
  let loading: Promise<Codec | undefined> | undefined;
  const load = async (): Promise<Codec | undefined> => {
    if (given === false) return undefined;
    try {
      return sharpCodec(given ?? (await import('sharp')).default, options);
    } catch {
      return undefined;
    }
  };
  return () => (loading ??= load());
}

/** Refuses what is not a whole picture, and what would need too much memory. */
function pictureIn(bytes: Uint8Array, maxPixels: number): ImageFacts {
  const facts = inspectImage(bytes);
  if (facts === undefined) {
    throw broken(
      bytes.length === 0
        ? 'an image has 0 bytes'
        : `${bytes.length} bytes are not a picture of a known format`,
    );
  }
  if (!facts.complete)
    throw broken(`an ${facts.mediaType} of ${bytes.length} bytes ends before its end: it was cut`);
  if (pixelsOf(facts) > maxPixels) {
    throw unfit(`an image of ${sizeOf(facts)} pixels is above the limit of ${maxPixels} pixels`);
  }
  return facts;
}

/** Why it cannot go out as it is. */
function misfitOf(
  facts: ImageFacts,
  bytes: number,
  { mediaTypes, maxBytes, maxEdge }: ImageLimits,
): string | undefined {
  const { mediaType, width, height } = facts;
  if (!mediaTypes.includes(mediaType)) return `${mediaType} is not among ${mediaTypes.join(', ')}`;
  if (bytes > maxBytes) return `an ${mediaType} has ${bytes} bytes, the limit is ${maxBytes}`;
  if (maxEdge === undefined) return undefined;
  // A size that the header reader does not know is measured before it is sent.
  return Math.max(width ?? Infinity, height ?? Infinity) > maxEdge
    ? `an ${mediaType} of ${sizeOf(facts)} pixels has an edge above ${maxEdge}`
    : undefined;
}

const pixelsOf = ({ width = 0, height = 0 }: ImageFacts): number => width * height;
