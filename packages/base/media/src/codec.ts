import { LlmError } from '@majordomo/core';
import type sharp from 'sharp';
import type { ImageFacts } from './formats/facts.ts';

/** Function that the package sharp exports. */
export type Sharp = typeof sharp;

/** Formats that can be encoded. Other formats can only be decoded. */
export type Format = 'jpeg' | 'png' | 'webp';

/** Pixels in sRGB with 8 bits per channel, after the EXIF rotation. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** Encoded image. `width` and `height` are in pixels. */
export interface Encoded {
  readonly format: Format;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Functions that call sharp. */
export interface Codec {
  /** Returns the size from the header of the file, and the number of bytes of all decoded pixels. */
  measure(
    bytes: Uint8Array,
  ): Promise<{ readonly width: number; readonly height: number; readonly decodeBytes: number }>;
  /** Decodes the first frame, rotates it according to EXIF, and scales it down to edges of at most `edge` pixels. */
  decode(bytes: Uint8Array, edge: number | undefined): Promise<Raster>;
  /** Multiplies the length of both edges by a scale below 1. */
  shrink(raster: Raster, scale: number): Promise<Raster>;
  /** Encodes pixels. For JPEG, transparency becomes white. PNG ignores the quality. */
  encode(raster: Raster, format: Format, quality: number): Promise<Uint8Array>;
}

/** Limits of each call of sharp. */
export interface CodecOptions {
  readonly maxPixels: number;
  readonly timeoutMs: number;
}

/** Maximum timeout that sharp accepts, in seconds. */
const MAX_SECONDS = 3600;

/** Returns the bytes of a `Buffer` as a `Uint8Array`. */
const toBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Returns the functions that call sharp. `decode` and `shrink` empty sharp's process-wide cache afterwards. `encode` does not,
 * because the cache retains no pixels of an encoded raster (sharp 0.35).
 */
export function sharpCodec(open: Sharp, { maxPixels, timeoutMs }: CodecOptions): Codec {
  const input = { limitInputPixels: maxPixels, failOn: 'error' } as const;
  const seconds = Math.min(Math.ceil(timeoutMs / 1000), MAX_SECONDS);
  const raw = ({ width, height, channels }: Raster): { readonly raw: Omit<Raster, 'data'> } => ({
    raw: { width, height, channels },
  });
  const run = async (pipeline: ReturnType<Sharp>): Promise<Raster> => {
    try {
      const { data, info } = await pipeline.timeout({ seconds }).toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      return { data, width, height, channels };
    } finally {
      emptyCache(open);
    }
  };
  const decoder = (bytes: Uint8Array, edge: number | undefined): ReturnType<Sharp> => {
    const upright = open(bytes, input).autoOrient();
    const sized = edge === undefined ? upright : upright.resize({ ...boxOf(edge), withoutEnlargement: true });
    return sized.toColourspace('srgb');
  };
  return {
    async measure(bytes) {
      const { width, height, channels, depth } = await open(bytes, input).metadata();
      return { width, height, decodeBytes: width * height * channels * (SAMPLE_BYTES[depth] ?? 1) };
    },
    decode: (bytes, edge) => run(decoder(bytes, edge).raw()),
    shrink: (raster, scale) =>
      run(
        open(raster.data, raw(raster))
          .resize(boxOf(Math.max(raster.width, raster.height) * scale))
          .raw(),
      ),
    async encode(raster, format, quality) {
      const pixels = open(raster.data, raw(raster)).timeout({ seconds });
      // 2 channels are gray with alpha, and 4 are colors with alpha.
      const hasAlpha = raster.channels % 2 === 0;
      const flat = format === 'jpeg' && hasAlpha ? pixels.flatten({ background: '#fff' }) : pixels;
      return toBytes(await flat.toFormat(format, format === 'png' ? {} : { quality }).toBuffer());
    },
  };
}

/**
 * Empties the cache of libvips, and restores the application's settings. The cache retains decoders with complete images. Ten
 * progressive JPEGs increased the memory of a process by 1.2 GB (sharp 0.35).
 */
function emptyCache(open: Sharp): void {
  const { memory, files, items } = open.cache();
  open.cache(false);
  open.cache({ memory: memory.max, files: files.max, items: items.max });
}

/** Bytes per sample, by sharp's names of sample types. Samples of the other types have one byte. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = {
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  complex: 8,
  double: 8,
  dpcomplex: 16,
};

const boxOf = (edge: number): { readonly width: number; readonly height: number; readonly fit: 'inside' } => {
  const pixels = Math.max(1, Math.floor(edge));
  return { width: pixels, height: pixels, fit: 'inside' };
};

/** Formats that every build of sharp decodes. If decoding such a file fails, the file is usually invalid. */
const ALWAYS_DECODED = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/tiff',
]);

/** Message of libjpeg for a valid file with an unsupported coding, such as 12 bits. */
const UNSUPPORTED_JPEG = /unsupported jpeg/i;

/** Error code for insufficient time or memory. A later attempt may succeed. */
const BUSY = 'busy';

/** Whether decoding the same bytes would fail again. */
export const isPermanent = (error: unknown): boolean =>
  LlmError.is(error, 'invalid-request', 'unsupported') && error.details.code !== BUSY;

/** Converts sharp's error to an error for the image. */
export function decodingError(error: unknown, { mediaType, animated }: ImageFacts): unknown {
  if (LlmError.is(error) || !(error instanceof Error)) return error;
  const why = error.message.split('\n')[0] ?? '';
  const refused = (what: string, code: string): LlmError =>
    new LlmError('unsupported', `an ${mediaType} ${what}: ${why}`, { code }, { cause: error });
  if (/pixel limit/i.test(why)) return refused('has too many pixels to decode', 'too-large');
  if (/timeout|out of memory/i.test(why))
    return refused('could not be decoded within the limits of time and memory', BUSY);
  // sharp does not decode AVIF image sequences.
  const isSequence = mediaType === 'image/avif' && animated;
  return ALWAYS_DECODED.has(mediaType) && !isSequence && !UNSUPPORTED_JPEG.test(why)
    ? new LlmError(
        'invalid-request',
        `an ${mediaType} is invalid: ${why}`,
        { code: 'broken-image' },
        { cause: error },
      )
    : new LlmError(
        'unsupported',
        `the installed sharp cannot decode ${mediaType} (${why}); convert the image to PNG`,
        { code: 'not-decodable' },
        { cause: error },
      );
}
