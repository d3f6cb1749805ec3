import type { CallStats } from '@majordomo/admin';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Choice } from './choice.tsx';
import { base } from './connect.ts';
import { count, duration } from './format.ts';
import { useLoaded } from './hooks.ts';
import { LineChart } from './line-chart.tsx';
import { fromOf, RANGES } from './ranges.ts';
import { Table, type Column } from './table.tsx';

/** Figures of a group of calls, as the admin API returns them. */
type Stats = Omit<CallStats, 'nanoUsd'>;

const EVERY_MS = 15_000;

const useStats = (by: string, from: { readonly from?: string }) =>
  useLoaded<{ readonly rows: readonly Stats[] }>('api/v1/calls/stats', { by, ...from }, EVERY_MS);

/** Durations and error rates of logged calls, by model and over time. */
export function PerformanceView(): JSX.Element {
  const [range, setRange] = useState<string>('24h');
  const from = fromOf(range);
  const step = range === '1h' || range === '24h' ? 'hour' : 'day';
  const byModel = useStats('model', from);
  const overTime = useStats(step, from);
  const rows = byModel.value?.rows ?? [];
  const points = overTime.value?.rows ?? [];
  const labels = points.map(({ key }) => key[step] ?? '');
  const error = byModel.error ?? overTime.error;
  return (
    <div class="page">
      <div class="head">
        <h2>Performance</h2>
        <Choice label="Range" options={RANGES} value={range} onChange={setRange} />
        <a
          href={`${base}/api/v1/calls/export?${new URLSearchParams({ format: 'csv', ...from }).toString()}`}
          download
        >
          Export CSV
        </a>
      </div>
      {error !== undefined && <p role="alert">{error}</p>}
      {byModel.value !== undefined && rows.length === 0 && (
        <p class="hint">No call was logged in this period.</p>
      )}
      {rows.length > 0 && (
        <>
          <LineChart
            title="Duration"
            labels={labels}
            lines={[
              ['p50', points.map(({ p50Ms }) => p50Ms)],
              ['p95', points.map(({ p95Ms }) => p95Ms)],
              ['p99', points.map(({ p99Ms }) => p99Ms)],
            ]}
            format={duration}
          />
          <LineChart
            title="Error rate"
            labels={labels}
            lines={[['failed', points.map(errorRate)]]}
            format={percent}
          />
          <Table
            label="Performance in figures"
            columns={COLUMNS}
            rows={rows}
            keyOf={({ key }) => key['model'] ?? ''}
          />
        </>
      )}
    </div>
  );
}

const errorRate = ({ calls, failed }: Stats): number => failed / Math.max(1, calls);
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
const ms = (value: number | undefined): string => (value === undefined ? '–' : duration(value));

const number = (name: string, cell: (row: Stats) => string): Column<Stats> => ({
  name,
  class: 'number',
  cell,
});
const COLUMNS: readonly Column<Stats>[] = [
  { name: 'Model', cell: ({ key }) => key['model'] || 'none' },
  number('Calls', ({ calls }) => count(calls)),
  number('Error rate', (row) => percent(errorRate(row))),
  number('p50', ({ p50Ms }) => ms(p50Ms)),
  number('p95', ({ p95Ms }) => ms(p95Ms)),
  number('p99', ({ p99Ms }) => ms(p99Ms)),
  number('First content', ({ firstP50Ms }) => ms(firstP50Ms)),
  number('Tokens per second', ({ tokensPerSecond }) => tokensPerSecond?.toFixed(1) ?? '–'),
];
