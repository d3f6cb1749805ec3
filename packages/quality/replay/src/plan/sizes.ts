import { groupBy, Z } from '@majordomo/evals/internal';
import { sharesOf, type Drawable, type KindShare } from '../sample/draw.ts';
import { allocate, expectedError } from '../statistics/sample-size.ts';

/** Least number of calls of an experiment. */
export const LEAST_SAMPLE = 20;

/** Properties of the traffic that determine the precision of a sample. */
export interface TrafficShape {
  readonly kinds: readonly KindShare[];
  /** Number of calls of each kind. */
  readonly counts: readonly number[];
  readonly total: number;
  /** Mean number of calls in the conversation of a call. */
  readonly perConversation: number;
}

export function shapeOf(calls: readonly Drawable[]): TrafficShape {
  const kinds = sharesOf(calls);
  const byKind = groupBy(calls, ({ kind }) => kind);
  const conversations = [...groupBy(calls, ({ conversation }) => conversation).values()];
  return {
    kinds,
    counts: kinds.map(({ kind }) => byKind.get(kind)?.length ?? 0),
    total: calls.length,
    perConversation: conversations.reduce((sum, { length }) => sum + length ** 2, 0) / calls.length,
  };
}

/** Returns the number of calls of each kind in a sample. */
export const sizesOf = ({ kinds, counts }: TrafficShape, size: number): readonly number[] =>
  allocate(
    kinds.map(({ share }) => share),
    size,
    counts,
  );

/** Returns the likely standard error of the quality for a sample of this size. */
export function errorOf(shape: TrafficShape, size: number): number {
  const { kinds, total, perConversation } = shape;
  const sizes = sizesOf(shape, size);
  const drawn = sizes.reduce((sum, count) => sum + count, 0);
  // A small part of the traffic contains few calls of the same conversation.
  const inSample = 1 + (perConversation - 1) * (drawn / total);
  return expectedError(
    kinds.map(({ share }) => share),
    sizes,
    inSample,
  );
}

/** Returns the likely half width of the 95 % interval of the quality for a sample of this size. */
export const precisionOf = (shape: TrafficShape, size: number): number => Z * errorOf(shape, size);

/** Returns the smallest size that reaches the precision, or `undefined` if the traffic has too few calls. */
export function sizeFor(shape: TrafficShape, precision: number): number | undefined {
  if (precisionOf(shape, shape.total) > precision) return undefined;
  let low = LEAST_SAMPLE;
  let high = Math.max(LEAST_SAMPLE, shape.total);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (precisionOf(shape, middle) <= precision) high = middle;
    else low = middle + 1;
  }
  return low;
}
