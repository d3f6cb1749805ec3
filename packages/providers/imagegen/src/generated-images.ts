import { LlmError, type ImagePart, type ImageResponse, type Warning } from '@majordomo/core';
import { completeUsage, isNotConnected } from '@majordomo/core/toolkit';
import { imageError } from './decode-image.ts';

/** Response of a backend, without the member `attempts`, which core adds. */
export type GeneratedImages = Omit<ImageResponse, 'attempts'>;

/** Function that decodes one image of a response. */
export type ImageDecoder = () => ImagePart;

/** Decodes the images of a response. Invalid and missing images cause a warning. Throws the first failure if all are invalid. */
export function decodeImages(
  entries: readonly ImageDecoder[],
  requested: number,
  target: string,
): { readonly images: readonly ImagePart[]; readonly warnings: readonly Warning[] } {
  const images: ImagePart[] = [];
  const failures: LlmError[] = [];
  for (const read of entries) {
    try {
      images.push(read());
    } catch (error) {
      failures.push(LlmError.is(error) ? error : imageError({ target, path: '' }, String(error)));
    }
  }
  const [first] = failures;
  if (images.length === 0 && first !== undefined) throw first;
  return { images, warnings: missingImages(images.length, requested, first) };
}

/** Returns a warning if some of the requested images are missing. Returns none for 0 images, because core then throws. */
function missingImages(count: number, n: number, failure: LlmError | undefined): readonly Warning[] {
  if (count === 0 || count >= n) return [];
  const why = failure?.message ?? 'the response contained no more images';
  return [{ action: 'dropped', what: `${n - count} of ${n} images`, why }];
}

/**
 * Generates `n` images on a wire that returns one image per call. Calls `draw` for each image with `seed + index`, with at most
 * four calls in parallel. If some calls fail, the result has a warning. If all calls fail, throws the first failure. Starts no
 * further calls after four failures without a success. The usage of the result is the sum of all successful calls' usage. It is unknown if
 * one of them reports none, or if the vendor may bill a failed call.
 */
export async function generateEach(
  request: { readonly n?: number | undefined; readonly seed?: number | undefined },
  context: { readonly target: string; readonly signal: AbortSignal },
  draw: (seed: number | undefined) => Promise<GeneratedImages>,
): Promise<GeneratedImages> {
  const { n = 1, seed } = request;
  const { target, signal } = context;
  if (n === 1) return draw(seed);
  const seeds = Array.from({ length: n }, (_, index) => (seed === undefined ? undefined : seed + index));
  const settled = await generateInParallel(seeds, signal, draw);
  signal.throwIfAborted();
  const drawn = settled.flatMap((each) => (each?.status === 'fulfilled' ? [each.value] : []));
  const failures: readonly unknown[] = settled.flatMap((each) =>
    each?.status === 'rejected' ? [each.reason as unknown] : [],
  );
  const [failed] = failures;
  if (drawn.length === 0) throw failed;
  const images = drawn.flatMap((each) => each.images);
  const reported = withoutDuplicates(drawn.flatMap((each) => each.warnings));
  const failure = LlmError.is(failed) ? failed : undefined;
  return {
    target,
    images,
    warnings: [...reported, ...missingImages(images.length, n, failure)],
    usage: failures.some(mayBeBilled) ? undefined : completeUsage(drawn.map(({ usage }) => usage)),
    model: drawn.at(-1)?.model,
    vendor: drawn.at(-1)?.vendor,
  };
}

/** Whether the vendor may bill a failed call: it reported no error status, and the request may have been sent. */
const mayBeBilled = (error: unknown): boolean =>
  !LlmError.is(error) || ((error.details.status ?? 200) < 300 && !isNotConnected(error.details.code));

/** Maximum number of parallel calls, and of failures without a success. Gates treat the calls of a request as one call. */
const MAX_PARALLEL = 4;

/** Returns the outcomes of the calls in the order of the seeds. A call that was not started has no outcome. */
async function generateInParallel(
  seeds: readonly (number | undefined)[],
  signal: AbortSignal,
  draw: (seed: number | undefined) => Promise<GeneratedImages>,
): Promise<readonly (PromiseSettledResult<GeneratedImages> | undefined)[]> {
  const settled: PromiseSettledResult<GeneratedImages>[] = [];
  const waiting = [...seeds.entries()];
  let failures = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, seed] = next;
      const [outcome] = await Promise.allSettled([draw(seed)]);
      settled[index] = outcome;
      // After a success, no number of failures ends the calls.
      failures = outcome.status === 'fulfilled' ? -Infinity : failures + 1;
      if (signal.aborted || failures >= MAX_PARALLEL) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL }, work));
  return settled;
}

/** Removes duplicate warnings. Each call for the same request may return the same warnings. */
function withoutDuplicates(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.action} ${warning.what}`, warning])).values()];
}
