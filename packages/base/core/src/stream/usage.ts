import type { Usage, UsageDetails } from '../types/usage.ts';
import { definedMembers } from '../util/options.ts';

/** Usage without any known count, for a vendor that reports no usage or bills in units other than tokens. */
export const UNKNOWN_USAGE: Usage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};

/** Returns the sum of the reported usage of several calls. A count that no call reports stays unknown. */
export function sumUsage(first: Usage, ...others: readonly (Usage | undefined)[]): Usage;
export function sumUsage(...usages: readonly (Usage | undefined)[]): Usage | undefined;
export function sumUsage(...usages: readonly (Usage | undefined)[]): Usage | undefined {
  return usages.reduce<Usage | undefined>(
    (sum, usage) => (sum === undefined ? usage : add(sum, usage)),
    undefined,
  );
}

/**
 * Returns the sum of the usage of several requests of one attempt, with their largest input, on which a price may depend. Returns
 * `undefined` if the usage of any request is unknown. The sum has a reported cost only if each request has one.
 */
export function completeUsage(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const sum = usages.includes(undefined) ? undefined : sumUsage(...usages);
  if (sum === undefined || usages.length < 2) return sum;
  const inputs = usages.flatMap((usage) => usage?.details?.largestInput ?? usage?.input ?? []);
  const { reportedNanoUsd, ...others } = sum.details ?? {};
  const isReported = usages.every((usage) => usage?.details?.reportedNanoUsd !== undefined);
  const details = definedMembers({
    ...others,
    reportedNanoUsd: isReported ? reportedNanoUsd : undefined,
    largestInput: inputs.length === 0 ? undefined : Math.max(...inputs),
  });
  const { details: _summed, ...counts } = sum;
  return Object.keys(details).length === 0 ? counts : { ...counts, details };
}

function add(a: Usage, b: Usage | undefined): Usage {
  if (b === undefined) return a;
  const details = addDetails(a, b);
  return {
    input: plus(a.input, b.input),
    output: plus(a.output, b.output),
    cacheRead: plus(a.cacheRead, b.cacheRead),
    cacheWrite: plus(a.cacheWrite, b.cacheWrite),
    reasoning: plus(a.reasoning, b.reasoning),
    ...(details === undefined ? {} : { details }),
  };
}

/**
 * Adds details. A tier, speed or place that differs is unknown for the sum. A usage without details does not make them unknown.
 */
function addDetails(first: Usage, second: Usage): UsageDetails | undefined {
  const { details: a } = first;
  const { details: b } = second;
  if (a === undefined && b === undefined) return undefined;
  const largestInput = larger(first, second);
  if (a === undefined || b === undefined)
    return largestInput === undefined ? (a ?? b) : { ...a, ...b, largestInput };
  return definedMembers({
    reportedNanoUsd: plusNano(a.reportedNanoUsd, b.reportedNanoUsd),
    cacheWriteLong: plus(a.cacheWriteLong, b.cacheWriteLong),
    serviceTier: a.serviceTier === b.serviceTier ? a.serviceTier : undefined,
    speed: a.speed === b.speed ? a.speed : undefined,
    inferenceGeo: a.inferenceGeo === b.inferenceGeo ? a.inferenceGeo : undefined,
    inputImage: plus(a.inputImage, b.inputImage),
    inputAudio: plus(a.inputAudio, b.inputAudio),
    outputImage: plus(a.outputImage, b.outputImage),
    outputAudio: plus(a.outputAudio, b.outputAudio),
    stageMs: addCounts(a.stageMs, b.stageMs),
    serverTools: addCounts(a.serverTools, b.serverTools),
    units: addCounts(a.units, b.units),
    largestInput,
  });
}

/** Returns the larger `largestInput`, or `undefined` if both are absent. If one is absent, the `input` of that usage is used. */
function larger(a: Usage, b: Usage): number | undefined {
  const largest = [a.details?.largestInput, b.details?.largestInput];
  if (largest.every((input) => input === undefined)) return undefined;
  return Math.max(largest[0] ?? a.input ?? 0, largest[1] ?? b.input ?? 0);
}

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : a + (b ?? 0);

/** Adds amounts in nano-USD as `bigint`, because they can exceed the safe integers. */
const plusNano = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || b === undefined ? (a ?? b) : String(BigInt(a) + BigInt(b));

type Counts = Readonly<Record<string, number>>;

function addCounts(a: Counts | undefined, b: Counts | undefined): Counts | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const names = Object.keys({ ...a, ...b });
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}
