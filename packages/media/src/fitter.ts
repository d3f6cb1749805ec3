import { LlmError, type ImageLimits, type ImagePart, type MediaFitter } from '@majordomo/core';
import { decodingError, sharpCodec, type Codec, type Format, type Sharp } from './codec.ts';
import { encodeWithin, type Formats } from './encode-within.ts';
import type { ImageFacts } from './formats/facts.ts';
import { inspectImage } from './inspect-image.ts';
import { pixelLane } from './pixel-lane.ts';
import { resultMemo } from './result-memo.ts';

export interface MediaFitterOptions {
  /** The sharp to use, or `false` for none. Default: the package's own, loaded when the first image needs it. */
  readonly sharp?: Sharp | false | undefined;
  /** Images of more pixels are refused by their header. Default: 50,331,648, above the 50 megapixels of phones. */
  readonly maxPixels?: number | undefined;
  /** Images worked at together; their pixels together are at most `maxPixels`. Default: 2. */
  readonly concurrency?: number | undefined;
  /** What becomes of an animation that fits. Models look at one frame or refuse it, so it becomes `first-frame`. */
  readonly animation?: 'first-frame' | 'keep' | undefined;
  /** Longest time for one step of decoding or encoding, in milliseconds, rounded up to seconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** At this size the worst formats, interlaced ones, take some 350 MB to decode (sharp 0.35); photos a tenth of it. */
const MOST_PIXELS = 3 * 2 ** 24;

type Made = Pick<ImagePart, 'mediaType' | 'bytes'>;

/**
 * Makes images fit a target: for `createMajordomo({ media })`, which calls it for each target with the original bytes.
 * What fits is given back untouched. Throws `unsupported` for what cannot be made to fit, so that a chain goes on, and
 * `invalid-request` for what is no whole picture, which no target would take.
 *
 * @example createMajordomo({ providers, env: process.env, media: createMediaFitter() })
 */
export function createMediaFitter(options: MediaFitterOptions = {}): MediaFitter {
  const { maxPixels = MOST_PIXELS, concurrency = 2, animation = 'first-frame', timeoutMs = 10_000 } = options;
  const codec = lazyCodec(options.sharp, { maxPixels, timeoutMs });
  const lane = pixelLane(concurrency, maxPixels);
  const memo = resultMemo<Made>();
  return {
    async fit(image, limits, signal) {
      signal.throwIfAborted();
      const { bytes } = image;
      const facts = pictureIn(bytes, maxPixels);
      const { mediaType } = facts;
      const asItIs = mediaType === image.mediaType ? image : { ...image, mediaType };
      const mustBeStill = facts.animated && animation === 'first-frame' && encodable(limits).length > 0;
      const misfit = misfitOf(facts, bytes.length, limits);
      if (misfit === undefined && !mustBeStill) return asItIs;
      const sharp = await codec();
      if (sharp === undefined) {
        if (misfit === undefined) return asItIs;
        throw unfit(`${misfit}; install sharp to have it changed`);
      }
      const key = `${limits.mediaTypes.join()} ${limits.maxBytes} ${limits.maxEdge ?? ''}`;
      const made = await memo.get(bytes, key, signal, (shared) =>
        lane.run(pixelsOf(facts), shared, () => remake(bytes, facts, limits, sharp, shared)),
      );
      return { ...image, ...made };
    },
  };
}

/** Asked for once; a missing package is no error until an image needs it. */
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

/** Refuses what is no whole picture, and what would need too much memory. */
function pictureIn(bytes: Uint8Array, maxPixels: number): ImageFacts {
  const facts = inspectImage(bytes);
  if (facts === undefined) {
    throw broken(
      bytes.length === 0 ? 'an image has 0 bytes' : `${bytes.length} bytes are no picture of a known format`,
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

/** Decoded once, from the original bytes, whatever the number of encodings. */
async function remake(
  bytes: Uint8Array,
  facts: ImageFacts,
  limits: ImageLimits,
  codec: Codec,
  signal: AbortSignal,
): Promise<Made> {
  const { mediaType } = facts;
  // A drawing is a program for a renderer, which may open files and take any time.
  if (mediaType === 'image/svg+xml') throw unfit('an SVG is not rendered here: make it a PNG first');
  try {
    const size = facts.width === undefined || facts.height === undefined ? await codec.measure(bytes) : facts;
    const edge = edgeFor(size, limits.maxEdge);
    const formats = formatsFor(facts, limits, edge !== undefined);
    const raster = await codec.decode(bytes, edge);
    signal.throwIfAborted();
    const encoded = await encodeWithin(raster, formats, limits.maxBytes, codec, signal);
    if (typeof encoded !== 'number') return { mediaType: `image/${encoded.format}`, bytes: encoded.bytes };
    throw unfit(
      `an ${mediaType} of ${sizeOf(facts)} pixels and ${bytes.length} bytes cannot be made to fit ${limits.maxBytes} bytes: the smallest try had ${encoded}`,
    );
  } catch (error) {
    throw signal.aborted ? error : decodingError(error, mediaType);
  }
}

/** Pixels held at once for one image that has to be encoded anew; more than any vision model looks at. */
const MOST_RASTER_PIXELS = 12e6;

/** The longest edge to decode to; `undefined` leaves the size as it is. */
function edgeFor(
  size: { readonly width: number | undefined; readonly height: number | undefined },
  maxEdge = Infinity,
): number | undefined {
  const { width = 1, height = 1 } = size;
  const longest = Math.max(width, height);
  const pixels = width * height;
  const edge = pixels > MOST_RASTER_PIXELS ? longest * Math.sqrt(MOST_RASTER_PIXELS / pixels) : longest;
  const wanted = Math.min(edge, maxEdge);
  return wanted < longest ? wanted : undefined;
}

/** What can be made for a target, in the order of preference. */
const encodable = ({ mediaTypes }: Pick<ImageLimits, 'mediaTypes'>): readonly Format[] =>
  (['jpeg', 'png', 'webp'] as const).filter((format) => mediaTypes.includes(`image/${format}`));

/** The same format where it is allowed, else JPEG, PNG, WebP. */
function formatsFor({ mediaType }: ImageFacts, { mediaTypes }: ImageLimits, isSmaller: boolean): Formats {
  const allowed = encodable({ mediaTypes });
  const own = allowed.find((format) => mediaType === `image/${format}`);
  const lossy = allowed.find((format) => format !== 'png');
  // The same pixels as a PNG weigh the same again.
  const first: Format | undefined = own === 'png' && !isSmaller ? (lossy ?? own) : (own ?? allowed[0]);
  if (first === undefined) throw unfit(`${mediaType} cannot be made any of ${mediaTypes.join(', ')}`);
  return { first, lossy };
}

const pixelsOf = ({ width = 0, height = 0 }: ImageFacts): number => width * height;
const sizeOf = ({ width, height }: ImageFacts): string => `${width ?? '?'}x${height ?? '?'}`;

const unfit = (message: string): LlmError => new LlmError('unsupported', message, { code: 'too-large' });
const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-image' });
