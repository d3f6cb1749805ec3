import type { ImageLimits, ImagePart } from '@majordomo/core';
import { decodingError, type Codec, type Encoded, type Format } from './codec.ts';
import { encodeWithin, type Formats } from './encode-within.ts';
import { sizeOf, type ImageFacts } from './formats/facts.ts';
import type { MemoryLane } from './memory-lane.ts';
import { BEST } from './next-try.ts';
import { unfit } from './refuse.ts';

/** An image for one target, and what was done to have it. */
export interface Remade extends Pick<ImagePart, 'mediaType' | 'bytes'> {
  readonly done: string;
}

/** What work at images needs. */
export interface Workshop {
  readonly codec: Codec;
  readonly lane: MemoryLane;
  /** Bytes for one image, and for all that are worked at together. */
  readonly maxMemory: number;
}

/** Pixels held at once for one image that has to be encoded again; more than any vision model looks at. */
const MOST_RASTER_PIXELS = 12e6;
/** What is worth decoding a picture for. */
const LEAST_RASTER_PIXELS = 1024 * 768;
/** Of a raster: four channels, as they are and on their way to the encoder. */
const RASTER_BYTES = 8;

/** Pixels of an edge that an encoder takes: libjpeg's JPEG_MAX_DIMENSION, libwebp's WEBP_MAX_DIMENSION. */
const MOST_EDGE: Readonly<Record<Format, number>> = { jpeg: 65_500, png: Infinity, webp: 16_383 };

/** More than a JPEG of the first quality takes: photos measured 0.1 to 0.5, noise of full contrast 0.86. */
const ROOMY_BYTES_PER_PIXEL = 1;

/**
 * Decoded once, from the original bytes, whatever the number of encodings. Where the limit has room for any JPEG, it is
 * written while the file is being read; one that is too large all the same, such as a tiny one, costs a second decoding.
 * Throws what cannot be made to fit.
 */
export async function remake(
  bytes: Uint8Array,
  facts: ImageFacts,
  limits: ImageLimits,
  { codec, lane, maxMemory }: Workshop,
  signal: AbortSignal,
): Promise<Remade> {
  const { mediaType } = facts;
  // A drawing is a program for a renderer, which may open files and take any time.
  if (mediaType === 'image/svg+xml') throw unfit('an SVG is not rendered here: make it a PNG first');
  try {
    const size = await measured(bytes, facts, codec);
    const room = Math.floor((maxMemory - size.decodeBytes) / RASTER_BYTES);
    if (room < Math.min(LEAST_RASTER_PIXELS, size.width * size.height)) {
      throw unfit(
        `an ${mediaType} of ${sizeOf(size)} pixels takes some ${size.decodeBytes} bytes to decode, the limit is ${maxMemory}`,
      );
    }
    const edgeWithin = (maxEdge: number): number | undefined =>
      edgeFor(size, Math.min(room, MOST_RASTER_PIXELS), maxEdge);
    const { maxEdge = Infinity } = limits;
    const formats = formatsFor(mediaType, limits, edgeWithin(maxEdge) !== undefined);
    const edge = edgeWithin(Math.min(maxEdge, mostEdge(formats)));
    const pixels = pixelsWithin(size, edge);
    const cost = size.decodeBytes + RASTER_BYTES * pixels;
    const told = (encoded: Encoded, isFlat: boolean): Remade => ({
      mediaType: `image/${encoded.format}`,
      bytes: encoded.bytes,
      done: accountOf(facts, size, encoded, isFlat),
    });
    return await lane.run(cost, signal, async () => {
      if (isPhoto(mediaType, formats) && limits.maxBytes >= ROOMY_BYTES_PER_PIXEL * pixels) {
        const encoded = await codec.transcode(bytes, edge, formats.first, BEST);
        signal.throwIfAborted();
        if (encoded.bytes.length <= limits.maxBytes) return told(encoded, false);
      }
      const raster = await codec.decode(bytes, edge);
      signal.throwIfAborted();
      const encoded = await encodeWithin(raster, formats, limits.maxBytes, codec, signal);
      if (typeof encoded !== 'number')
        return told(encoded, encoded.format === 'jpeg' && raster.channels % 2 === 0);
      throw unfit(
        `an ${mediaType} of ${sizeOf(size)} pixels and ${bytes.length} bytes cannot be made to fit ${limits.maxBytes} bytes: the smallest try had ${encoded}`,
      );
    });
  } catch (error) {
    throw signal.aborted ? error : decodingError(error, mediaType);
  }
}

interface Measured {
  readonly width: number;
  readonly height: number;
  readonly decodeBytes: number;
}

/** By the header, which sharp reads where we do not. */
async function measured(
  bytes: Uint8Array,
  { width, height, decodeBytes }: ImageFacts,
  codec: Codec,
): Promise<Measured> {
  if (width === undefined || height === undefined || decodeBytes === undefined) return codec.measure(bytes);
  return { width, height, decodeBytes };
}

/** The longest edge to decode to; `undefined` leaves the size as it is. */
function edgeFor({ width, height }: Measured, maxPixels: number, maxEdge: number): number | undefined {
  const longest = Math.max(width, height);
  const pixels = width * height;
  const edge = pixels > maxPixels ? longest * Math.sqrt(maxPixels / pixels) : longest;
  const wanted = Math.min(edge, maxEdge);
  return wanted < longest ? wanted : undefined;
}

/** What every format that may be tried takes. */
const mostEdge = ({ first, lossy }: Formats): number =>
  Math.min(MOST_EDGE[first], lossy === undefined ? Infinity : MOST_EDGE[lossy]);

function pixelsWithin({ width, height }: Measured, edge: number | undefined): number {
  const scale = edge === undefined ? 1 : edge / Math.max(width, height);
  return width * height * scale ** 2;
}

/** What can be made for a target, in the order of preference. */
export const encodable = ({ mediaTypes }: Pick<ImageLimits, 'mediaTypes'>): readonly Format[] =>
  (['jpeg', 'png', 'webp'] as const).filter((format) => mediaTypes.includes(`image/${format}`));

/** The same format where it is allowed, else JPEG, PNG, WebP. */
function formatsFor(mediaType: string, limits: ImageLimits, isSmaller: boolean): Formats {
  const allowed = encodable(limits);
  const own = allowed.find((format) => mediaType === `image/${format}`);
  const lossy = allowed.find((format) => format !== 'png');
  // The same pixels as a PNG weigh the same again.
  const first: Format | undefined = own === 'png' && !isSmaller ? (lossy ?? own) : (own ?? allowed[0]);
  if (first === undefined) throw unfit(`${mediaType} cannot be made any of ${limits.mediaTypes.join(', ')}`);
  return { first, lossy };
}

/** Without transparency, which `transcode` would not put onto white. */
const isPhoto = (mediaType: string, { first }: Formats): boolean =>
  mediaType === 'image/jpeg' && first === 'jpeg';

function accountOf({ animated }: ImageFacts, size: Measured, encoded: Encoded, isFlat: boolean): string {
  return [
    ...(animated ? ['reduced to its first frame'] : []),
    ...(encoded.width * encoded.height < size.width * size.height
      ? [`scaled to ${sizeOf(encoded)} pixels`]
      : []),
    ...(isFlat ? ['any transparency made white'] : []),
    `encoded anew as image/${encoded.format} of ${encoded.bytes.length} bytes`,
  ].join(', ');
}
