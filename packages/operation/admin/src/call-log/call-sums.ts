import { addStep, quantile, stepOf, type Histogram } from '@majordomo/core/toolkit';
import type { CallStats } from './call.ts';
import type { CallFigures } from './call-store.ts';

/** Values that identify a group. `null`: the calls of the group have no value. */
export type GroupValues = readonly (string | null)[];

/** Sums of a group as JSON. A histogram is a list of steps, each followed by its number of calls. */
export type StoredSum = readonly [
  values: GroupValues,
  calls: number,
  failed: number,
  refused: number,
  tokens: number,
  contentMs: number,
  nanoUsd: string,
  durations: readonly number[],
  firsts: readonly number[],
];

interface CallSum {
  readonly values: GroupValues;
  /** Durations of the finished calls. */
  readonly durations: Histogram;
  /** Times to the first content of the finished calls. */
  readonly firsts: Histogram;
  calls: number;
  failed: number;
  refused: number;
  tokens: number;
  /** Sum of the times from the first content to the end of the calls whose tokens count, in milliseconds. */
  contentMs: number;
  nanoUsd: bigint;
}

/** Sums of calls by group. Durations are in histograms, so that the memory usage does not grow with the number of calls. */
export class CallSums {
  private readonly sums = new Map<string, CallSum>();

  addCall(values: GroupValues, { outcome, ms, firstMs, output, nanoUsd = '0' }: CallFigures): void {
    const sum = this.sumOf(values);
    sum.calls++;
    if (outcome === 'failed') sum.failed++;
    if (outcome === 'refused') sum.refused++;
    sum.nanoUsd += BigInt(nanoUsd);
    if (outcome !== 'finished') return;
    addStep(sum.durations, stepOf(ms));
    if (firstMs === undefined) return;
    addStep(sum.firsts, stepOf(firstMs));
    // Only streamed calls have `output`. The time of any other call does not show how fast its tokens arrived.
    if (output === undefined) return;
    sum.tokens += output;
    sum.contentMs += ms - firstMs;
  }

  /** Adds stored sums to a group. */
  addSum(values: GroupValues, stored: StoredSum): void {
    const [, calls, failed, refused, tokens, contentMs, nanoUsd, durations, firsts] = stored;
    const sum = this.sumOf(values);
    sum.calls += calls;
    sum.failed += failed;
    sum.refused += refused;
    sum.tokens += tokens;
    sum.contentMs += contentMs;
    sum.nanoUsd += BigInt(nanoUsd);
    addSteps(sum.durations, durations);
    addSteps(sum.firsts, firsts);
  }

  toStored(): readonly StoredSum[] {
    return Array.from(this.sums.values(), (sum) => [
      sum.values,
      sum.calls,
      sum.failed,
      sum.refused,
      sum.tokens,
      sum.contentMs,
      `${sum.nanoUsd}`,
      [...sum.durations].flat(),
      [...sum.firsts].flat(),
    ]);
  }

  /** Returns the figures of all groups. `names`: dimensions of the groups' values. */
  toStats(names: readonly string[]): readonly CallStats[] {
    return Array.from(this.sums.values(), ({ values, durations, firsts, tokens, contentMs, ...counts }) => ({
      ...counts,
      key: Object.fromEntries(names.map((name, place) => [name, values[place] ?? ''])),
      p50Ms: quantile(durations, 0.5),
      p95Ms: quantile(durations, 0.95),
      p99Ms: quantile(durations, 0.99),
      firstP50Ms: quantile(firsts, 0.5),
      firstP95Ms: quantile(firsts, 0.95),
      tokensPerSecond: contentMs > 0 ? (tokens * 1000) / contentMs : undefined,
    }));
  }

  private sumOf(values: GroupValues): CallSum {
    const id = JSON.stringify(values);
    const known = this.sums.get(id);
    if (known !== undefined) return known;
    const sum: CallSum = {
      values,
      durations: new Map(),
      firsts: new Map(),
      calls: 0,
      failed: 0,
      refused: 0,
      tokens: 0,
      contentMs: 0,
      nanoUsd: 0n,
    };
    this.sums.set(id, sum);
    return sum;
  }
}

function addSteps(histogram: Histogram, pairs: readonly number[]): void {
  for (let at = 0; at < pairs.length; at += 2) addStep(histogram, pairs[at] ?? 0, pairs[at + 1]);
}
