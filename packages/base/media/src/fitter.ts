import type { ImageLimits, MediaFitter } from '@majordomo/core';
import { atLeast, checkOptions, func, type KindsOf } from '@majordomo/core/toolkit';
import { isPermanent, sharpCodec, type Codec, type Sharp } from './codec.ts';
import { sizeOf, type ImageFacts } from './formats/facts.ts';
import { inspectImage } from './inspect-image.ts';
import { inspectPdf, type PdfFacts } from './pdf/inspect-pdf.ts';
import { memoryLane } from './memory-lane.ts';
import { broken, unfit } from './refuse.ts';
import { durationOf } from './recordings/inspect-recording.ts';
import { encodableFormats, reencode, type ReencodedImage } from './reencode.ts';
import { resultMemo } from './result-memo.ts';

/** Options of `createMediaFitter`. */
export interface MediaFitterOptions {
  /**
   * Function of the package `sharp`, or `false` to change no images. Without sharp, images that fit are sent, and other images are
   * `unsupported`.
   *
   * @default the installed sharp, loaded when the first image has to be changed
   */
  readonly sharp?: Sharp | false | undefined;
  /** Maximum number of pixels of an image. A larger image causes an `unsupported` error. @default 50_331_648 */
  readonly maxPixels?: number | undefined;
  /**
   * Maximum memory for images that are changed at the same time, in bytes, estimated from the image headers. Further images wait.
   * An image above the maximum causes an `unsupported` error. With the default, a process grows by less than 256 MB.
   *
   * @default 208_000_000
   */
  readonly maxMemory?: number | undefined;
  /** Maximum number of images that are changed at the same time. @default 2 */
  readonly concurrency?: number | undefined;
  /** Handling of animations. `first-frame`: sends one frame. `keep`: sends an animation that fits. @default 'first-frame' */
  readonly animation?: 'first-frame' | 'keep' | undefined;
  /** Maximum time of each decoding or encoding, in milliseconds, rounded up to seconds. @default 10_000 */
  readonly timeoutMs?: number | undefined;
}

const KINDS: KindsOf<MediaFitterOptions> = {
  sharp: (value) => (value === false ? undefined : func(value)),
  maxPixels: atLeast(1),
  maxMemory: atLeast(1),
  concurrency: atLeast(1),
  animation: ['first-frame', 'keep'],
  timeoutMs: atLeast(1),
};

const DEFAULT_MAX_PIXELS = 3 * 2 ** 24;
const DEFAULT_MAX_MEMORY = 208e6;

/**
 * Returns a fitter for `createMajordomo({ media })`. The fitter adapts images to the limits of each target, with a warning for
 * each change. Still images that fit are not changed. The fitter throws `unsupported` if an image cannot be fitted, so that the
 * chain continues with the next target, and `invalid-request` for bytes that are not a complete image. For targets that limit
 * pages or durations, the fitter also counts the pages of PDFs and measures recordings.
 *
 * @example createMajordomo({ providers, env: process.env, media: createMediaFitter() })
 */
export function createMediaFitter(options: MediaFitterOptions = {}): MediaFitter {
  checkOptions('createMediaFitter', options, KINDS);
  const { maxPixels = DEFAULT_MAX_PIXELS, maxMemory = DEFAULT_MAX_MEMORY } = options;
  const { concurrency = 2, animation = 'first-frame', timeoutMs = 10_000 } = options;
  const loadCodec = lazyCodec(options.sharp, { maxPixels, timeoutMs });
  const lane = memoryLane(concurrency, maxMemory);
  const memo = resultMemo<ReencodedImage>(isPermanent);
  return {
    pages: pageCounter(),
    durationMs: durationOf,
    async fit(image, limits, signal, warn) {
      signal.throwIfAborted();
      const { bytes } = image;
      const facts = checkImage(bytes, maxPixels);
      const { mediaType } = facts;
      const unchanged = mediaType === image.mediaType ? image : { ...image, mediaType };
      // A target that accepts no format which can be encoded gets the animation unchanged.
      const mustBeStill =
        facts.animated && animation === 'first-frame' && encodableFormats(limits).length > 0;
      const reason = reasonToChange(facts, bytes.length, limits);
      if (reason === undefined && !mustBeStill) return unchanged;
      const codec = await loadCodec();
      if (codec === undefined) {
        if (reason === undefined) return unchanged;
        throw unfit(`${reason}; install sharp to convert images`);
      }
      const key = `${limits.mediaTypes.join()} ${limits.maxBytes} ${limits.maxEdge ?? ''}`;
      const result = await memo.get(bytes, key, signal, (shared) =>
        reencode(bytes, facts, limits, { codec, lane, maxMemory }, shared),
      );
      const why = `${reason ?? `an ${mediaType} is animated`}: ${result.changes}`;
      warn?.({ action: 'coerced', what: 'image', why });
      return { ...image, mediaType: result.mediaType, bytes: result.bytes };
    },
  };
}

/** Returns a function that counts the pages of each PDF once, because later turns contain the same bytes again. */
function pageCounter(): NonNullable<MediaFitter['pages']> {
  const known = new WeakMap<Uint8Array, Pick<PdfFacts, 'pages'>>();
  return async ({ bytes }) => {
    const facts = known.get(bytes) ?? { pages: inspectPdf(bytes)?.pages };
    known.set(bytes, facts);
    return Promise.resolve(facts.pages);
  };
}

/** Returns a function that loads sharp once. If the package is missing, an error occurs only if an image must be changed. */
function lazyCodec(
  sharp: Sharp | false | undefined,
  options: { readonly maxPixels: number; readonly timeoutMs: number },
): () => Promise<Codec | undefined> {
  let loading: Promise<Codec | undefined> | undefined;
  const load = async (): Promise<Codec | undefined> => {
    if (sharp === false) return undefined;
    try {
      return sharpCodec(sharp ?? (await import('sharp')).default, options);
    } catch {
      return undefined;
    }
  };
  return () => (loading ??= load());
}

/** Returns the facts of an image. Throws if it is truncated, has an unknown format, or has more than `maxPixels` pixels. */
function checkImage(bytes: Uint8Array, maxPixels: number): ImageFacts {
  const facts = inspectImage(bytes);
  if (facts === undefined) {
    throw broken(
      bytes.length === 0
        ? 'the image has 0 bytes'
        : `${bytes.length} bytes are not an image of a known format`,
    );
  }
  if (!facts.complete) throw broken(`an ${facts.mediaType} of ${bytes.length} bytes is truncated`);
  if (pixelsOf(facts) > maxPixels) {
    throw unfit(`an image of ${sizeOf(facts)} pixels is above the limit of ${maxPixels} pixels; resize it`);
  }
  return facts;
}

/** Returns the reason why an image cannot be sent unchanged, or `undefined`. */
function reasonToChange(
  facts: ImageFacts,
  bytes: number,
  { mediaTypes, maxBytes, maxEdge }: ImageLimits,
): string | undefined {
  const { mediaType, width, height } = facts;
  if (!mediaTypes.includes(mediaType))
    return `${mediaType} is not one of the accepted types ${mediaTypes.join(', ')}`;
  if (bytes > maxBytes) return `an ${mediaType} has ${bytes} bytes; the limit is ${maxBytes}`;
  if (maxEdge === undefined) return undefined;
  // If the size is unknown, sharp measures it.
  return Math.max(width ?? Infinity, height ?? Infinity) > maxEdge
    ? `an ${mediaType} of ${sizeOf(facts)} pixels has an edge above ${maxEdge}`
    : undefined;
}

/** Returns the number of pixels, or 0 for an unknown size, which sharp checks against `maxPixels` when it decodes the image. */
const pixelsOf = ({ width = 0, height = 0 }: ImageFacts): number => width * height;
