import type { CallStats, CallStatsQuery } from '@majordomo/admin';
import { fromStoredText } from '@majordomo/core/toolkit';
import { addStep, quantile, stepOf, type Histogram } from '../ledger/quantile-histogram.ts';
import { timesIn } from '../ledger/stretches.ts';

/** Row with the figures of a call. `nano_usd` is a string, because it may exceed 2⁵³. */
export type FigureRow = Readonly<Record<string, string | number | null>>;

interface CallSum {
  readonly key: CallStats['key'];
  readonly durations: Histogram;
  readonly firsts: Histogram;
  calls: number;
  failed: number;
  refused: number;
  tokens: number;
  contentMs: number;
  nanoUsd: bigint;
}

/** Sums of calls per group. Histograms limit the memory usage, regardless of the number of calls. */
export class CallSums {
  private readonly by: CallStatsQuery['by'];
  private readonly timesAt: ReturnType<typeof timesIn>;
  private readonly sums = new Map<string, CallSum>();

  constructor({ by, zone = 'UTC' }: CallStatsQuery) {
    this.by = by;
    this.timesAt = timesIn(by, zone);
  }

  add(row: FigureRow): void {
    const sum = this.sumOf(row);
    const { outcome, ms, first_ms: firstMs, output, nano_usd: nanoUsd } = row;
    sum.calls++;
    if (outcome === 'failed') sum.failed++;
    if (outcome === 'refused') sum.refused++;
    sum.nanoUsd += BigInt(nanoUsd ?? 0);
    if (outcome !== 'finished') return;
    addStep(sum.durations, stepOf(Number(ms)));
    if (firstMs === null) return;
    addStep(sum.firsts, stepOf(Number(firstMs)));
    if (output === null) return;
    sum.tokens += Number(output);
    sum.contentMs += Number(ms) - Number(firstMs);
  }

  rows(): readonly CallStats[] {
    return Array.from(this.sums.values(), ({ durations, firsts, tokens, contentMs, ...sum }) => ({
      ...sum,
      p50Ms: percentile(durations, 0.5),
      p95Ms: percentile(durations, 0.95),
      p99Ms: percentile(durations, 0.99),
      firstP50Ms: percentile(firsts, 0.5),
      firstP95Ms: percentile(firsts, 0.95),
      tokensPerSecond: contentMs > 0 ? (tokens * 1000) / contentMs : undefined,
    }));
  }

  private sumOf(row: FigureRow): CallSum {
    const times = this.timesAt?.(Number(row['at'])) ?? {};
    const values = this.by.map((name) => times[name] ?? fromStoredText(`${row[name] ?? ''}`));
    const id = JSON.stringify(values);
    const known = this.sums.get(id);
    if (known !== undefined) return known;
    const sum: CallSum = {
      key: Object.fromEntries(this.by.map((name, place) => [name, values[place] ?? ''])),
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

const percentile = (histogram: Histogram, share: number): number | undefined =>
  histogram.size === 0 ? undefined : quantile(histogram, share);
