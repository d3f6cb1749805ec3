import { LlmError } from '@majordomo/core';
import type sharp from 'sharp';

/** The function that the sharp package exports. */
export type Sharp = typeof sharp;

/** What is encoded; everything else is decoded only. */
export type Format = 'jpeg' | 'png' | 'webp';

/** Upright pixels in sRGB, 8 bits a channel. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** One encoding that was made. */
export interface Encoded {
  readonly format: Format;
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The only place that calls sharp. */
export interface Codec {
  /** Pixels by the file's header, and the bytes that all of them take once decoded. */
  measure(
    bytes: Uint8Array,
  ): Promise<{ readonly width: number; readonly height: number; readonly decodeBytes: number }>;
  /** Turned upright as EXIF says, then scaled down so that no edge is longer than `edge`; the first frame. */
  decode(bytes: Uint8Array, edge: number | undefined): Promise<Raster>;
  /** What `encode` makes of what `decode` gives, written while the file is still being read: no pixels are left. */
  transcode(bytes: Uint8Array, edge: number | undefined, format: Format, quality: number): Promise<Encoded>;
  shrink(raster: Raster, scale: number): Promise<Raster>;
  /** JPEG has no alpha: it goes onto white. PNG knows no quality. */
  encode(raster: Raster, format: Format, quality: number): Promise<Uint8Array>;
}

/** Bounds of every pipeline. */
export interface CodecOptions {
  readonly maxPixels: number;
  readonly timeoutMs: number;
}

/** sharp takes no more. */
const MOST_SECONDS = 3600;

/** A `Buffer`, as no more than bytes. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Over sharp, without changing its process-wide settings. Broken input is thrown as `invalid-request`. */
export function sharpCodec(open: Sharp, { maxPixels, timeoutMs }: CodecOptions): Codec {
  const input = { limitInputPixels: maxPixels, failOn: 'error' } as const;
  const seconds = Math.min(Math.ceil(timeoutMs / 1000), MOST_SECONDS);
  const raw = ({ width, height, channels }: Raster): { readonly raw: Omit<Raster, 'data'> } => ({
    raw: { width, height, channels },
  });
  const made = async (pipeline: ReturnType<Sharp>): Promise<Raster> => {
    try {
      const { data, info } = await pipeline.timeout({ seconds }).toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      return { data, width, height, channels };
    } finally {
      emptyCache(open);
    }
  };
  const decoding = (bytes: Uint8Array, edge: number | undefined): ReturnType<Sharp> => {
    const upright = open(bytes, input).autoOrient();
    const sized = edge === undefined ? upright : upright.resize({ ...boxOf(edge), withoutEnlargement: true });
    return sized.toColourspace('srgb');
  };
  return {
    async measure(bytes) {
      const { width, height, channels, depth } = await open(bytes, input).metadata();
      return { width, height, decodeBytes: width * height * channels * (SAMPLE_BYTES[depth] ?? 1) };
    },
    decode: (bytes, edge) => made(decoding(bytes, edge).raw()),
    async transcode(bytes, edge, format, quality) {
      const { data, width, height } = await made(decoding(bytes, edge).toFormat(format, { quality }));
      return { format, bytes: plain(data), width, height };
    },
    shrink: (raster, scale) =>
      made(
        open(raster.data, raw(raster))
          .resize(boxOf(Math.max(raster.width, raster.height) * scale))
          .raw(),
      ),
    async encode(raster, format, quality) {
      const pixels = open(raster.data, raw(raster)).timeout({ seconds });
      const flat =
        format === 'jpeg' && raster.channels % 2 === 0 ? pixels.flatten({ background: '#fff' }) : pixels;
      return plain(await flat.toFormat(format, format === 'png' ? {} : { quality }).toBuffer());
    },
  };
}

/**
 * libvips keeps finished operations, and with them decoders that hold whole pictures outside of its count: ten
 * progressive JPEGs grew a process by 1.2 GB. They are dropped, and the app's settings stay (5 µs; sharp 0.35).
 */
function emptyCache(open: Sharp): void {
  const { memory, files, items } = open.cache();
  open.cache(false);
  open.cache({ memory: memory.max, files: files.max, items: items.max });
}

/** By sharp's names for the type of a sample. */
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

/** Formats that sharp's own builds decode: what fails there is broken; elsewhere it may be the build. */
const ALWAYS_DECODED = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/tiff',
]);

/** What libjpeg says of a whole file in a way of coding that it does not read, such as 12 bits. */
const RARE = /unsupported jpeg/i;

/** The machine was too busy, or too full: the same bytes may be decoded next time. */
const BUSY = 'busy';

/** Would it fail again with the same bytes? */
export const isForGood = (error: unknown): boolean =>
  LlmError.is(error, 'invalid-request', 'unsupported') && error.details.code !== BUSY;

/** What sharp threw for an image of this type. */
export function decodingError(error: unknown, mediaType: string): unknown {
  if (LlmError.is(error) || !(error instanceof Error)) return error;
  const why = error.message.split('\n')[0] ?? '';
  const refused = (what: string, code: string): LlmError =>
    new LlmError('unsupported', `an ${mediaType} ${what}: ${why}`, { code }, { cause: error });
  if (/pixel limit/i.test(why)) return refused('is too much to decode', 'too-large');
  if (/timeout|out of memory/i.test(why)) return refused('could not be decoded this time', BUSY);
  return ALWAYS_DECODED.has(mediaType) && !RARE.test(why)
    ? new LlmError(
        'invalid-request',
        `an ${mediaType} is broken: ${why}`,
        { code: 'broken-image' },
        { cause: error },
      )
    : new LlmError(
        'unsupported',
        `sharp cannot decode ${mediaType} here: ${why}`,
        { code: 'not-decodable' },
        { cause: error },
      );
}
