/** One encoding that was made: how, and what it weighed. */
export interface Try {
  readonly quality: number;
  /** Of the raster's edges, 1 at most. */
  readonly scale: number;
  readonly bytes: number;
}

/** How to encode next. */
export type Plan = Pick<Try, 'quality' | 'scale'>;

/** Encodings of one image, a lossless one that came first included. */
export const MOST_TRIES: number = 6;

/** What is tried first. */
export const BEST = 85;
/** Below it artefacts hurt more than fewer pixels do. */
const WORST = 30;
/** A guess below it is not worth the proof. */
const HOPELESS = 12;
/** The quality aimed at once edges have to be shortened. */
const AFTER_SHRINKING = 60;
/** What fills this much of the limit is good enough. */
const FULL = 0.9;
const AIM = 0.95;
/** How the size falls with the quantiser's step before two sizes are known; photos measured 0.6 to 1. */
const USUAL_SLOPE = 0.75;

/**
 * The next encoding to make, or `undefined` when the best one that fits is found or nothing more can be hoped for.
 * Sizes follow a power of the quantiser's step closely, so two or three encodings find the quality that fills the
 * limit; edges are shortened only when the worst quality would not do.
 */
export function nextTry(
  tries: readonly Try[],
  maxBytes: number,
  most: number = MOST_TRIES,
): Plan | undefined {
  const last = tries.at(-1);
  if (last === undefined) return { quality: BEST, scale: 1 };
  const { scale } = last;
  const here = tries.filter((each) => each.scale === scale).sort((a, b) => a.quality - b.quality);
  const under = here.findLast(({ bytes }) => bytes <= maxBytes);
  const over = here.find(({ bytes }) => bytes > maxBytes);
  if (over === undefined && last.quality === BEST) return undefined;
  if (under !== undefined && (under.bytes >= FULL * maxBytes || isNext(under, over))) return undefined;
  if (tries.length >= most) return undefined;
  if (isTooSmall(here, maxBytes)) return enlarged(last, tries, maxBytes);
  const guess = qualityFor(AIM * maxBytes, under, over, last);
  const lowest = under === undefined ? WORST : under.quality + 1;
  const highest = over === undefined ? BEST : over.quality - 1;
  const isLast = tries.length === most - 1;
  if (under === undefined && (isLast || over?.quality === WORST || guess < HOPELESS)) {
    return shrunk(last, maxBytes, isLast);
  }
  return { quality: Math.min(highest, Math.max(lowest, guess)), scale };
}

const isNext = (under: Try, over: Try | undefined): boolean =>
  over !== undefined && over.quality - under.quality <= 2;

/** Below it shortened edges were shortened too far: details vanish faster than pixels do. */
const ROOMY = 0.7;

const isTooSmall = ([only, ...more]: readonly Try[], maxBytes: number): boolean =>
  only !== undefined && more.length === 0 && only.scale < 1 && only.bytes < ROOMY * maxBytes;

/** Longer edges again, on the safe side, and never as far as to what was too large. */
function enlarged({ scale, bytes }: Try, tries: readonly Try[], maxBytes: number): Plan {
  const tooLarge = Math.min(...tries.filter((each) => each.bytes > maxBytes).map((each) => each.scale));
  const wanted = scale * (AIM * (maxBytes / bytes)) ** (1 / GROWTH);
  return { quality: AFTER_SHRINKING, scale: Math.min(wanted, (scale + tooLarge) / 2) };
}

/** How the size grows with the edges: photos measured 1.6 to 2, noise 2.7. */
const GROWTH = 2.4;

/** Lossless encodings have no quality: only edges can be shortened. */
export function nextLosslessTry(tries: readonly Try[], maxBytes: number): Plan | undefined {
  const last = tries.at(-1);
  if (last === undefined) return { quality: 100, scale: 1 };
  if (last.bytes <= maxBytes || tries.length >= MOST_TRIES) return undefined;
  return { quality: 100, scale: last.scale * Math.sqrt((0.85 * maxBytes) / last.bytes) };
}

/** The step that libjpeg takes at a quality, as a percentage of its table. */
const step = (quality: number): number => (quality < 50 ? 5000 / quality : 200 - 2 * quality);
const qualityOf = (percent: number): number => (percent > 100 ? 5000 / percent : (200 - percent) / 2);

function qualityFor(bytes: number, under: Try | undefined, over: Try | undefined, known: Try): number {
  const slope = under === undefined || over === undefined ? USUAL_SLOPE : slopeOf(under, over);
  return Math.floor(qualityOf(step(known.quality) * (known.bytes / bytes) ** (1 / slope)));
}

const slopeOf = (under: Try, over: Try): number =>
  Math.max(0.2, Math.log(over.bytes / under.bytes) / Math.log(step(under.quality) / step(over.quality)));

/** Bytes go with the area; the last try takes no risk. */
function shrunk({ quality, scale, bytes }: Try, maxBytes: number, isLast: boolean): Plan {
  const aimed = isLast ? WORST : AFTER_SHRINKING;
  const expected = bytes * (step(quality) / step(aimed)) ** USUAL_SLOPE;
  const share = ((isLast ? 0.4 : 0.8) * maxBytes) / expected;
  return { quality: aimed, scale: scale * Math.min(0.9, Math.sqrt(share)) };
}
