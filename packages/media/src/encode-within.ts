import type { Codec, Encoded, Format, Raster } from './codec.ts';
import {
  MAX_TRIES,
  nextLosslessEncoding,
  nextEncoding,
  type EncodingPlan,
  type EncodingResult,
} from './next-encoding.ts';

/** Formats in the order in which they are tried: a lossless one first, where it may do. */
export interface Formats {
  readonly first: Format;
  /** Instead of a PNG that is too large. */
  readonly lossy: Exclude<Format, 'png'> | undefined;
}

/** The smallest picture that is worth sending. */
const SHORTEST_EDGE = 16;

/**
 * The best encoding of one raster within a byte limit, found in six encodings at most; otherwise the number of bytes that
 * the smallest had.
 */
export async function encodeWithin(
  raster: Raster,
  { first, lossy }: Formats,
  maxBytes: number,
  codec: Codec,
  signal: AbortSignal,
): Promise<Encoded | number> {
  const search = new Search(raster, maxBytes, codec, signal);
  if (first !== 'png') return search.run(first, (tries) => nextEncoding(tries, maxBytes));
  if (lossy === undefined) return search.run('png', (tries) => nextLosslessEncoding(tries, maxBytes));
  const whole = await search.run('png', (tries) =>
    tries.length === 0 ? { quality: 100, scale: 1 } : undefined,
  );
  if (typeof whole !== 'number') return whole;
  return search.run(lossy, (tries) => nextEncoding(tries, maxBytes, MAX_TRIES - 1));
}

/** Keeps the pixels of the current scale and the best encoding; the rest of a try is forgotten. */
class Search {
  private readonly original: Raster;
  private readonly maxBytes: number;
  private readonly codec: Codec;
  private readonly signal: AbortSignal;
  private current: { readonly scale: number; readonly raster: Raster };

  constructor(raster: Raster, maxBytes: number, codec: Codec, signal: AbortSignal) {
    this.original = raster;
    this.maxBytes = maxBytes;
    this.codec = codec;
    this.signal = signal;
    this.current = { scale: 1, raster };
  }

  async run(
    format: Format,
    next: (tries: readonly EncodingResult[]) => EncodingPlan | undefined,
  ): Promise<Encoded | number> {
    const tries: EncodingResult[] = [];
    let best: Encoded | undefined;
    for (let plan = next(tries); plan !== undefined && this.isWorth(plan); plan = next(tries)) {
      const raster = await this.at(plan.scale);
      this.signal.throwIfAborted();
      const bytes = await this.codec.encode(raster, format, plan.quality);
      this.signal.throwIfAborted();
      tries.push({ ...plan, bytes: bytes.length });
      // Within one scale the plans that fit only get better.
      if (bytes.length <= this.maxBytes && isBetter(plan, tries, this.maxBytes)) {
        best = { format, bytes, width: raster.width, height: raster.height };
      }
    }
    return best ?? Math.min(...tries.map(({ bytes }) => bytes));
  }

  private isWorth({ scale }: EncodingPlan): boolean {
    return scale === 1 || Math.max(this.original.width, this.original.height) * scale >= SHORTEST_EDGE;
  }

  private async at(scale: number): Promise<Raster> {
    if (this.current.scale !== scale) {
      this.current = { scale, raster: await this.codec.shrink(this.original, scale) };
    }
    return this.current.raster;
  }
}

const isBetter = (plan: EncodingPlan, tries: readonly EncodingResult[], maxBytes: number): boolean =>
  tries.every(
    ({ quality, scale, bytes }) => scale !== plan.scale || bytes > maxBytes || quality <= plan.quality,
  );
