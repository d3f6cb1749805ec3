import { LlmError, type ImagePart, type ImageResponse, type Usage, type Warning } from '@majordomo/core';
import { noImage } from './decode-image.ts';

/** What a backend gives: core adds the attempts. */
export type DrawnImages = Omit<ImageResponse, 'attempts'>;

/** One image of an answer, decoded when it is its turn. */
export type Entry = () => ImagePart;

/**
 * The images of one answer. What cannot be read, or did not come, is a warning as long as one image is there; an answer
 * of which nothing can be read throws the first failure.
 */
export function readImages(
  entries: readonly Entry[],
  asked: number,
  target: string,
): { readonly images: readonly ImagePart[]; readonly warnings: readonly Warning[] } {
  const images: ImagePart[] = [];
  const failures: LlmError[] = [];
  for (const read of entries) {
    try {
      images.push(read());
    } catch (error) {
      failures.push(LlmError.is(error) ? error : noImage({ target, path: '' }, String(error)));
    }
  }
  const [first] = failures;
  if (images.length === 0 && first !== undefined) throw first;
  return { images, warnings: partial(images.length, asked, first) };
}

/** Fewer images than were asked for, or none at all, which core judges itself. */
function partial(got: number, asked: number, failure: LlmError | undefined): readonly Warning[] {
  if (got === 0 || got >= asked) return [];
  const why = failure?.message ?? 'the answer held no more';
  return [{ action: 'dropped', what: `${asked - got} of ${asked} images`, why }];
}

/**
 * `n` images from a wire that draws one at a time: `draw` is called for four at once, with `seed + index` where a seed is
 * set. What fails is a warning as long as one image came; otherwise the first failure is thrown, and after four of them no more
 * is tried. Usage is added up.
 */
export async function drawEach(
  request: { readonly n?: number | undefined; readonly seed?: number | undefined },
  context: { readonly target: string; readonly signal: AbortSignal },
  draw: (seed: number | undefined) => Promise<DrawnImages>,
): Promise<DrawnImages> {
  const { n = 1, seed } = request;
  const { target, signal } = context;
  if (n === 1) return draw(seed);
  const seeds = Array.from({ length: n }, (_, index) => (seed === undefined ? undefined : seed + index));
  const settled = await fourAtOnce(seeds, signal, draw);
  signal.throwIfAborted();
  const drawn = settled.flatMap((each) => (each?.status === 'fulfilled' ? [each.value] : []));
  const failed: unknown = settled.find((each) => each?.status === 'rejected')?.reason;
  if (drawn.length === 0) throw failed;
  const images = drawn.flatMap((each) => each.images);
  const told = distinct(drawn.flatMap((each) => each.warnings));
  const failure = LlmError.is(failed) ? failed : undefined;
  return {
    target,
    images,
    warnings: [...told, ...partial(images.length, n, failure)],
    usage: drawn.map(({ usage }) => usage).reduce(sum),
  };
}

/** Enough to keep a vendor busy; more would be a crowd that no lane or limit sees. */
const AT_ONCE = 4;

/** In the order of the seeds; what was not tried any more is missing. */
async function fourAtOnce(
  seeds: readonly (number | undefined)[],
  signal: AbortSignal,
  draw: (seed: number | undefined) => Promise<DrawnImages>,
): Promise<readonly (PromiseSettledResult<DrawnImages> | undefined)[]> {
  const settled: PromiseSettledResult<DrawnImages>[] = [];
  const waiting = [...seeds.entries()];
  let hopeless = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, seed] = next;
      const [outcome] = await Promise.allSettled([draw(seed)]);
      settled[index] = outcome;
      hopeless = outcome.status === 'fulfilled' ? -Infinity : hopeless + 1;
      if (signal.aborted || hopeless >= AT_ONCE) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return settled;
}

/** Every call of one request tells the same of it. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.action} ${warning.what}`, warning])).values()];
}

/** Tokens of two calls; image wires report these alone. What neither reported stays unknown. */
function sum(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const plus = (one: number | undefined, other: number | undefined): number | undefined =>
    one === undefined ? other : one + (other ?? 0);
  return {
    input: plus(a.input, b.input),
    output: plus(a.output, b.output),
    cacheRead: plus(a.cacheRead, b.cacheRead),
    cacheWrite: plus(a.cacheWrite, b.cacheWrite),
    reasoning: plus(a.reasoning, b.reasoning),
    details: {
      inputImage: plus(a.details?.inputImage, b.details?.inputImage),
      outputImage: plus(a.details?.outputImage, b.details?.outputImage),
    },
  };
}
