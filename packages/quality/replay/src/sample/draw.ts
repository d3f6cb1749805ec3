import { compareText, groupBy } from '@majordomo/evals/internal';
import { allocate } from '../statistics/sample-size.ts';
import { areNear, type Fingerprint } from './near-duplicates.ts';

/** Call that may be drawn. */
export interface Drawable {
  readonly id: string;
  readonly kind: string;
  readonly conversation: string;
  readonly fingerprint: Fingerprint;
}

/**
 * Drawn call. A near duplicate of another drawn call is not sent: it copies the result of that call, and belongs to its conversation,
 * because copies of one result are not independent.
 */
export interface Drawn<Call> {
  readonly call: Call;
  readonly copyOf: string | undefined;
}

/** Kind with its share of the traffic, from 0 to 1. */
export interface KindShare {
  readonly kind: string;
  readonly share: number;
}

/** Returns the kinds of the calls by share, the largest first. */
export function sharesOf(calls: readonly Drawable[]): readonly KindShare[] {
  return [...groupBy(calls, ({ kind }) => kind)]
    .map(([kind, own]) => ({ kind, share: own.length / calls.length }))
    .sort((a, b) => b.share - a.share || compareText(a.kind, b.kind));
}

/**
 * Draws calls at random in each kind, in proportion to the square root of its share, until `size` distinct calls exist. Near duplicates
 * that are drawn on the way count as units, because dropping them would estimate other traffic than that of the users.
 */
export function drawSample<Call extends Drawable>(
  calls: readonly Call[],
  size: number,
  random: () => number,
): readonly Drawn<Call>[] {
  const byKind = groupBy(calls, ({ kind }) => kind);
  const shares = sharesOf(calls);
  const sizes = allocate(
    shares.map(({ share }) => share),
    size,
    shares.map(({ kind }) => byKind.get(kind)?.length ?? 0),
  );
  const drawn: Drawn<Call>[] = [];
  const distinct = new Map<string, Call[]>();
  for (const [at, { kind }] of shares.entries()) {
    let missing = sizes[at] ?? 0;
    for (const call of shuffled(byKind.get(kind) ?? [], random)) {
      if (missing === 0) break;
      const group = distinct.get(call.fingerprint.group) ?? [];
      const original = group.find((other) => areNear(call.fingerprint, other.fingerprint));
      if (original !== undefined) {
        drawn.push({ call: { ...call, conversation: original.conversation }, copyOf: original.id });
        continue;
      }
      drawn.push({ call, copyOf: undefined });
      group.push(call);
      distinct.set(call.fingerprint.group, group);
      missing -= 1;
    }
  }
  return drawn;
}

/** Returns the values in a random order. */
export function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  const order = [...values];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] as T, order[at] as T];
  }
  return order;
}
