import type { ImageLimits, ImagePart } from '@majordomo/core';
import { decodingError, type Codec, type Encoded, type Format } from './codec.ts';
import { encodeWithin, type Formats } from './encode-within.ts';
import { sizeOf, type ImageFacts } from './formats/facts.ts';
import type { MemoryLane } from './memory-lane.ts';
import { unfit } from './refuse.ts';

/** Image for a target, with a description of the changes. */
export interface ReencodedImage extends Pick<ImagePart, 'mediaType' | 'bytes'> {
  readonly changes: string;
}

/** Codec and limits for changing images. */
export interface Resources {
  readonly codec: Codec;
  readonly lane: MemoryLane;
  /** Maximum memory of all images that are changed at the same time, in bytes. */
  readonly maxMemory: number;
}

/** Maximum number of pixels of a decoded image. Vendors scale larger images down. */
const MAX_RASTER_PIXELS = 12e6;
/** Number of pixels for which memory must remain after decoding, unless the image has fewer pixels. */
const MIN_RASTER_PIXELS = 1024 * 768;
/** Bytes of memory per pixel: four channels, in the raster and again in the encoder. */
const BYTES_PER_RASTER_PIXEL = 8;

/** Maximum edge of each encoder: libjpeg's JPEG_MAX_DIMENSION, libwebp's WEBP_MAX_DIMENSION. */
const MAX_EDGE: Readonly<Record<Format, number>> = { jpeg: 65_500, png: Infinity, webp: 16_383 };

/**
 * Encodes an image again so that the image fits the limits. Decodes the image once for all encodings. Throws `unsupported` if the
 * image cannot be fitted.
 */
export async function reencode(
  bytes: Uint8Array,
  facts: ImageFacts,
  limits: ImageLimits,
  { codec, lane, maxMemory }: Resources,
  signal: AbortSignal,
): Promise<ReencodedImage> {
  const { mediaType } = facts;
  // Do not render SVG, because a renderer may open files and run without a time limit.
  if (mediaType === 'image/svg+xml') throw unfit('SVG is not rendered; convert it to PNG first');
  try {
    const size = await measureImage(bytes, facts, codec);
    const room = Math.floor((maxMemory - size.decodeBytes) / BYTES_PER_RASTER_PIXEL);
    if (room < Math.min(MIN_RASTER_PIXELS, size.width * size.height)) {
      throw unfit(
        `an ${mediaType} of ${sizeOf(size)} pixels needs about ${size.decodeBytes} bytes of memory to decode; resize it, or increase maxMemory (${maxMemory})`,
      );
    }
    const edgeWithin = (maxEdge: number): number | undefined =>
      edgeFor(size, Math.min(room, MAX_RASTER_PIXELS), maxEdge);
    const { maxEdge = Infinity } = limits;
    // Whether the image becomes smaller decides about the formats, and the encoders of the formats then limit the edge further.
    const becomesSmaller = edgeWithin(maxEdge) !== undefined;
    const formats = formatsFor(mediaType, limits, becomesSmaller);
    const edge = edgeWithin(Math.min(maxEdge, maxEdgeOf(formats)));
    const pixels = pixelsWithin(size, edge);
    const cost = size.decodeBytes + BYTES_PER_RASTER_PIXEL * pixels;
    const result = (encoded: Encoded, isFlat: boolean): ReencodedImage => ({
      mediaType: `image/${encoded.format}`,
      bytes: encoded.bytes,
      changes: describeChanges(facts, size, encoded, isFlat),
    });
    return await lane.run(cost, signal, async () => {
      const raster = await codec.decode(bytes, edge);
      signal.throwIfAborted();
      const encoded = await encodeWithin(raster, formats, limits.maxBytes, codec, signal);
      // A number is the size of the smallest encoding, none of which fits. A raster with alpha has 2 or 4 channels.
      if (typeof encoded !== 'number')
        return result(encoded, encoded.format === 'jpeg' && raster.channels % 2 === 0);
      throw unfit(
        `an ${mediaType} of ${sizeOf(size)} pixels and ${bytes.length} bytes cannot be encoded within ${limits.maxBytes} bytes; the smallest encoding has ${encoded}`,
      );
    });
  } catch (error) {
    throw signal.aborted ? error : decodingError(error, facts);
  }
}

interface MeasuredSize {
  readonly width: number;
  readonly height: number;
  readonly decodeBytes: number;
}

/** Returns the size from the header. For formats without a reader in this package, sharp reads the header. */
async function measureImage(
  bytes: Uint8Array,
  { width, height, decodeBytes }: ImageFacts,
  codec: Codec,
): Promise<MeasuredSize> {
  if (width === undefined || height === undefined || decodeBytes === undefined) return codec.measure(bytes);
  return { width, height, decodeBytes };
}

/** Returns the length of the longest edge after scaling, or `undefined` if the size does not change. */
function edgeFor({ width, height }: MeasuredSize, maxPixels: number, maxEdge: number): number | undefined {
  const longest = Math.max(width, height);
  const pixels = width * height;
  const edge = pixels > maxPixels ? longest * Math.sqrt(maxPixels / pixels) : longest;
  const limit = Math.min(edge, maxEdge);
  return limit < longest ? limit : undefined;
}

/** Returns the maximum edge that all of these formats accept. */
const maxEdgeOf = ({ first, lossy }: Formats): number =>
  Math.min(MAX_EDGE[first], lossy === undefined ? Infinity : MAX_EDGE[lossy]);

function pixelsWithin({ width, height }: MeasuredSize, edge: number | undefined): number {
  const scale = edge === undefined ? 1 : edge / Math.max(width, height);
  return width * height * scale ** 2;
}

/** Returns the formats for a target, in order of preference. */
export const encodableFormats = ({ mediaTypes }: Pick<ImageLimits, 'mediaTypes'>): readonly Format[] =>
  (['jpeg', 'png', 'webp'] as const).filter((format) => mediaTypes.includes(`image/${format}`));

/**
 * Returns the formats for an image. The first is its own format if the target accepts it, otherwise JPEG, PNG or WebP. `lossy`
 * follows only a PNG that is too large.
 */
function formatsFor(mediaType: string, limits: ImageLimits, becomesSmaller: boolean): Formats {
  const allowed = encodableFormats(limits);
  const own = allowed.find((format) => mediaType === `image/${format}`);
  const lossy = allowed.find((format) => format !== 'png');
  // A PNG with the same pixels would have the same size.
  const first: Format | undefined = own === 'png' && !becomesSmaller ? (lossy ?? own) : (own ?? allowed[0]);
  if (first === undefined) throw unfit(`${mediaType} cannot be converted to ${limits.mediaTypes.join(', ')}`);
  return { first, lossy };
}

function describeChanges(
  { animated }: ImageFacts,
  size: MeasuredSize,
  encoded: Encoded,
  isFlat: boolean,
): string {
  return [
    ...(animated ? ['reduced to its first frame'] : []),
    ...(encoded.width * encoded.height < size.width * size.height
      ? [`scaled to ${sizeOf(encoded)} pixels`]
      : []),
    ...(isFlat ? ['transparency replaced with white'] : []),
    `encoded again as image/${encoded.format} of ${encoded.bytes.length} bytes`,
  ].join(', ');
}
