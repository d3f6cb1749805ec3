/** Encoding that was tried, with its size in bytes. */
export interface EncodingResult {
  readonly quality: number;
  /** Scale of the edges, at most 1. */
  readonly scale: number;
  readonly bytes: number;
}

/** Quality and scale of the next encoding. */
export type EncodingPlan = Pick<EncodingResult, 'quality' | 'scale'>;

/** Maximum number of encodings of an image, including a lossless encoding at the start. */
export const MAX_TRIES: number = 6;

/** Quality of the first encoding. */
const MAX_QUALITY = 85;
/** Minimum quality. Below this quality, an image with fewer pixels looks better. */
const MIN_QUALITY = 30;
/** Estimated quality below which the edges are shortened without a try at `MIN_QUALITY`. */
const MIN_GUESS = 12;
/** Target quality of the first encoding after the edges were shortened. */
const QUALITY_AFTER_SHRINKING = 60;
/** Minimum size of a fitting encoding that ends the search, as a share of the limit. */
const GOOD_SHARE = 0.9;
/** Target size of each encoding, as a share of the limit. */
const TARGET_SHARE = 0.95;
/** Exponent of the size as a function of the quantizer step, assumed until two sizes are known. Photos have 0.6 to 1. */
const DEFAULT_SLOPE = 0.75;

/**
 * Returns the next encoding to try, or `undefined` if the best fitting encoding is found or no further try can help. The size is
 * approximately a power of the quantizer step, so two or three tries find the quality. Edges are shortened if no quality is
 * expected to fit, or before the last try.
 */
export function nextEncoding(
  tries: readonly EncodingResult[],
  maxBytes: number,
  maxTries: number = MAX_TRIES,
): EncodingPlan | undefined {
  const last = tries.at(-1);
  if (last === undefined) return { quality: MAX_QUALITY, scale: 1 };
  const { scale } = last;
  const sameScale = tries.filter((each) => each.scale === scale).sort((a, b) => a.quality - b.quality);
  // Highest quality that fits, and lowest quality with which the encoding is too large.
  const fitting = sameScale.findLast(({ bytes }) => bytes <= maxBytes);
  const tooLarge = sameScale.find(({ bytes }) => bytes > maxBytes);
  // An encoding with the maximum quality fits, so no other is better.
  if (tooLarge === undefined && last.quality === MAX_QUALITY) return undefined;
  const isGood = fitting !== undefined && fitting.bytes >= GOOD_SHARE * maxBytes;
  if (isGood || isAdjacent(fitting, tooLarge) || tries.length >= maxTries) return undefined;
  if (isTooSmall(sameScale, maxBytes)) return enlargedPlan(last, tries, maxBytes);
  const guess = qualityFor(TARGET_SHARE * maxBytes, fitting, tooLarge, last);
  const lowest = fitting === undefined ? MIN_QUALITY : fitting.quality + 1;
  const highest = tooLarge === undefined ? MAX_QUALITY : tooLarge.quality - 1;
  const isLast = tries.length === maxTries - 1;
  const noQualityFits = tooLarge?.quality === MIN_QUALITY || guess < MIN_GUESS;
  if (fitting === undefined && (isLast || noQualityFits)) return shrunkPlan(last, maxBytes, isLast);
  return { quality: Math.min(highest, Math.max(lowest, guess)), scale };
}

/** Whether no quality between a fitting and a too large encoding is worth a try. */
const isAdjacent = (fitting: EncodingResult | undefined, tooLarge: EncodingResult | undefined): boolean =>
  fitting !== undefined && tooLarge !== undefined && tooLarge.quality - fitting.quality <= 2;

/** Minimum size of a result, as a share of the limit. For a smaller result, the edges were shortened too much. */
const MIN_SHARE = 0.7;

/** Whether the first encoding after the edges were shortened is too small. */
const isTooSmall = ([only, ...more]: readonly EncodingResult[], maxBytes: number): boolean =>
  only !== undefined && more.length === 0 && only.scale < 1 && only.bytes < MIN_SHARE * maxBytes;

/** Returns a plan with longer edges, but shorter than those of an encoding that was too large. */
function enlargedPlan(
  { scale, bytes }: EncodingResult,
  tries: readonly EncodingResult[],
  maxBytes: number,
): EncodingPlan {
  const tooLarge = Math.min(...tries.filter((each) => each.bytes > maxBytes).map((each) => each.scale));
  const wanted = scale * (TARGET_SHARE * (maxBytes / bytes)) ** (1 / SIZE_EXPONENT);
  return { quality: QUALITY_AFTER_SHRINKING, scale: Math.min(wanted, (scale + tooLarge) / 2) };
}

/** Assumed exponent of the size as a function of the edge length. Measured: 1.6 to 2 with photos, 2.7 with noise. */
const SIZE_EXPONENT = 2.4;

/** Returns the next encoding of a lossless format, for which only the edges can be shortened. */
export function nextLosslessEncoding(
  tries: readonly EncodingResult[],
  maxBytes: number,
): EncodingPlan | undefined {
  const last = tries.at(-1);
  if (last === undefined) return { quality: 100, scale: 1 };
  if (last.bytes <= maxBytes || tries.length >= MAX_TRIES) return undefined;
  // The size is about proportional to the number of pixels. The factor 0.85 leaves a margin.
  return { quality: 100, scale: last.scale * Math.sqrt((0.85 * maxBytes) / last.bytes) };
}

/** Returns the quantizer step for a quality, in percent of libjpeg's standard table. */
const step = (quality: number): number => (quality < 50 ? 5000 / quality : 200 - 2 * quality);
/** Returns the quality for a quantizer step, the inverse of `step`. */
const qualityOf = (percent: number): number => (percent > 100 ? 5000 / percent : (200 - percent) / 2);

/** Returns the quality with which an encoding is expected to have `bytes` bytes, from the known encoding. */
function qualityFor(
  bytes: number,
  fitting: EncodingResult | undefined,
  tooLarge: EncodingResult | undefined,
  known: EncodingResult,
): number {
  const slope = fitting === undefined || tooLarge === undefined ? DEFAULT_SLOPE : slopeOf(fitting, tooLarge);
  return Math.floor(qualityOf(step(known.quality) * (known.bytes / bytes) ** (1 / slope)));
}

/** Returns the slope between two encodings. A lower slope than 0.2 would lead to an extreme quality. */
const slopeOf = (fitting: EncodingResult, tooLarge: EncodingResult): number =>
  Math.max(
    0.2,
    Math.log(tooLarge.bytes / fitting.bytes) / Math.log(step(fitting.quality) / step(tooLarge.quality)),
  );

/** Returns a plan with shorter edges. The plan of the last try has a large margin, so that its encoding fits. */
function shrunkPlan(
  { quality, scale, bytes }: EncodingResult,
  maxBytes: number,
  isLast: boolean,
): EncodingPlan {
  const aimed = isLast ? MIN_QUALITY : QUALITY_AFTER_SHRINKING;
  const expected = bytes * (step(quality) / step(aimed)) ** DEFAULT_SLOPE;
  const share = ((isLast ? 0.4 : 0.8) * maxBytes) / expected;
  return { quality: aimed, scale: scale * Math.min(0.9, Math.sqrt(share)) };
}
