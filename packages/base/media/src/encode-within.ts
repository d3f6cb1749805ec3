import type { Codec, Encoded, Format, Raster } from './codec.ts';
import {
  MAX_TRIES,
  nextLosslessEncoding,
  nextEncoding,
  type EncodingPlan,
  type EncodingResult,
} from './next-encoding.ts';

/** Image formats, in the order in which the formats are tried. */
export interface Formats {
  readonly first: Format;
  /** Lossy format that is tried if a PNG is too large. */
  readonly lossy: Exclude<Format, 'png'> | undefined;
}

/** Minimum length of the longest edge, in pixels. A shorter edge ends the encoding, because such an image is not useful. */
const MIN_EDGE = 16;

/**
 * Returns the best encoding of a raster within a byte limit, after at most six encodings. If no encoding fits, returns the size
 * of the smallest encoding in bytes.
 */
export async function encodeWithin(
  raster: Raster,
  { first, lossy }: Formats,
  maxBytes: number,
  codec: Codec,
  signal: AbortSignal,
): Promise<Encoded | number> {
  const longest = Math.max(raster.width, raster.height);
  let scaled = { scale: 1, raster };

  const search = async (
    format: Format,
    next: (tries: readonly EncodingResult[]) => EncodingPlan | undefined,
  ): Promise<Encoded | number> => {
    const tries: EncodingResult[] = [];
    let best: Encoded | undefined;
    for (let plan = next(tries); plan !== undefined; plan = next(tries)) {
      const { scale, quality } = plan;
      if (scale !== 1 && longest * scale < MIN_EDGE) break;
      if (scaled.scale !== scale) scaled = { scale, raster: await codec.shrink(raster, scale) };
      signal.throwIfAborted();
      const bytes = await codec.encode(scaled.raster, format, quality);
      signal.throwIfAborted();
      tries.push({ ...plan, bytes: bytes.length });
      const { width, height } = scaled.raster;
      if (isBestOfScale(plan, tries, maxBytes)) best = { format, bytes, width, height };
    }
    return best ?? Math.min(...tries.map(({ bytes }) => bytes));
  };

  if (first !== 'png') return search(first, (tries) => nextEncoding(tries, maxBytes));
  if (lossy === undefined) return search('png', (tries) => nextLosslessEncoding(tries, maxBytes));
  // One lossless try. It counts as one of the `MAX_TRIES` encodings.
  const lossless = await search('png', (tries) =>
    tries.length === 0 ? { quality: 100, scale: 1 } : undefined,
  );
  if (typeof lossless !== 'number') return lossless;
  return search(lossy, (tries) => nextEncoding(tries, maxBytes, MAX_TRIES - 1));
}

/**
 * Whether the last encoding fits, and no fitting encoding at the same scale has a higher quality. The search changes the scale only
 * if no encoding at the scale before fits or the result is too small, so a fitting encoding at a new scale replaces the earlier best.
 */
function isBestOfScale(plan: EncodingPlan, tries: readonly EncodingResult[], maxBytes: number): boolean {
  const fitting = tries.filter(({ scale, bytes }) => scale === plan.scale && bytes <= maxBytes);
  return fitting.at(-1) === tries.at(-1) && fitting.every(({ quality }) => quality <= plan.quality);
}
