import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Choice } from './choice.tsx';
import { base } from './connect.ts';
import { count, duration } from './format.ts';
import { useLoaded } from './hooks.ts';
import { LineChart } from './line-chart.tsx';
import { fromOf, RANGES } from './ranges.ts';

/** Figures of a group of calls, as the admin API returns them. */
interface Stats {
  readonly key: Readonly<Record<string, string>>;
  readonly calls: number;
  readonly failed: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  readonly firstP50Ms?: number;
  readonly tokensPerSecond?: number;
}

const EVERY_MS = 15_000;

/** Durations and error rates of logged calls, by model and over time. */
export function PerformanceView(): JSX.Element {
  const [range, setRange] = useState<string>('24h');
  const from = fromOf(range);
  const step = range === '1h' || range === '24h' ? 'hour' : 'day';
  const byModel = useLoaded<{ readonly rows: readonly Stats[] }>(
    'api/v1/calls/stats',
    { by: 'model', ...from },
    EVERY_MS,
  );
  const overTime = useLoaded<{ readonly rows: readonly Stats[] }>(
    'api/v1/calls/stats',
    { by: step, ...from },
    EVERY_MS,
  );
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
          <Figures rows={rows} />
        </>
      )}
    </div>
  );
}

const errorRate = ({ calls, failed }: Stats): number => failed / Math.max(1, calls);
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
const ms = (value: number | undefined): string => (value === undefined ? '–' : duration(value));

const COLUMNS: readonly (readonly [name: string, cell: (row: Stats) => string])[] = [
  ['Calls', ({ calls }) => count(calls)],
  ['Error rate', (row) => percent(errorRate(row))],
  ['p50', ({ p50Ms }) => ms(p50Ms)],
  ['p95', ({ p95Ms }) => ms(p95Ms)],
  ['p99', ({ p99Ms }) => ms(p99Ms)],
  ['First content', ({ firstP50Ms }) => ms(firstP50Ms)],
  ['Tokens per second', ({ tokensPerSecond }) => tokensPerSecond?.toFixed(1) ?? '–'],
];

const Figures = ({ rows }: { readonly rows: readonly Stats[] }): JSX.Element => (
  <div class="scroll" tabIndex={0} role="region" aria-label="Performance in figures">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Model</th>
          {COLUMNS.map(([name]) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key['model']}>
            <th scope="row">{row.key['model'] || 'none'}</th>
            {COLUMNS.map(([name, cell]) => (
              <td key={name} class="number">
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
