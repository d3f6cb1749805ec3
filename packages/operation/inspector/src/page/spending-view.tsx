import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedSpending, FeedSpendingRow } from '../feed-types.ts';
import { Chart, colorAt } from './chart.tsx';
import { Choice } from './choice.tsx';
import { count, tokens, usd } from './format.ts';
import { useLoaded, useKnown } from './hooks.ts';
import { RANGES } from './ranges.ts';
import { spendingCsv } from './spending-csv.ts';
import { Table, type Column } from './table.tsx';

const KEYS = ['tenant', 'key', 'model', 'target'].map((name) => [name, name] as const);
const EVERY_MS = 5000;

/** Spending over time, by tenant, key, model or target. */
export function SpendingView(): JSX.Element {
  const { hello } = useKnown();
  const [by, setBy] = useState<string>('model');
  const [range, setRange] = useState<string>('24h');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hasLedger = hello?.hasLedger === true;
  const spending = useLoaded<FeedSpending>(hasLedger ? 'spending' : undefined, { by, range, zone }, EVERY_MS);
  if (hello !== undefined && !hasLedger)
    return (
      <div class="page">
        <h2>Spending</h2>
        <p class="hint">This inspector has no ledger. Configure a ledger to see the cost of calls.</p>
      </div>
    );
  return (
    <div class="page">
      <div class="head">
        <h2>Spending</h2>
        <Choice label="By" options={KEYS} value={by} onChange={setBy} />
        {/* The server reports no spending for a range of an hour. */}
        <Choice label="Range" options={RANGES.slice(1)} value={range} onChange={setRange} />
        {spending.value !== undefined && (
          <a download={`spending-by-${by}.csv`} href={spendingCsv(by, spending.value)}>
            Export CSV
          </a>
        )}
      </div>
      {spending.error !== undefined && <p role="alert">{spending.error}</p>}
      {spending.value !== undefined && (
        <>
          <Chart
            spending={spending.value}
            step={range === '24h' ? 'hour' : 'day'}
            steps={{ '24h': 24, '7d': 7 }[range] ?? 30}
          />
          <Rows by={by} spending={spending.value} />
        </>
      )}
    </div>
  );
}

const number = (
  name: string,
  cell: (row: FeedSpendingRow) => ComponentChildren,
): Column<FeedSpendingRow> => ({
  name,
  class: 'number',
  cell,
});

/** Columns of the table after the first one. */
const FIGURES: readonly Column<FeedSpendingRow>[] = [
  number('Cost', ({ nanoUsd, unpriced }) => (
    <>
      {usd(nanoUsd)}
      {unpriced > 0 && <span class="soft"> + {count(unpriced)} unknown</span>}
    </>
  )),
  number('Calls', ({ calls }) => count(calls)),
  number('Failed', ({ failed }) => count(failed)),
  number('Tokens in', ({ input }) => tokens(input)),
  number('Tokens out', ({ output }) => tokens(output)),
  number('Cache saved', ({ cacheSaved }) => usd(cacheSaved)),
  number('Cache extra', ({ cacheExtra }) => usd(cacheExtra)),
  number('Cache net', ({ cacheNet }) => (
    <span class={cacheNet.startsWith('-') ? 'warn-text' : ''}>{usd(cacheNet)}</span>
  )),
];

function Rows({ by, spending }: { readonly by: string; readonly spending: FeedSpending }): JSX.Element {
  if (spending.rows.length === 0) return <p class="hint">No cost was recorded in this period.</p>;
  const first: Column<FeedSpendingRow> = {
    name: by,
    cell: ({ key }, index) => (
      <>
        <i class="swatch" style={{ background: colorAt(index) }} aria-hidden="true" />
        {key === '' ? 'none' : key}
      </>
    ),
  };
  return (
    <Table
      label="Spending in figures"
      columns={[first, ...FIGURES]}
      rows={spending.rows}
      keyOf={({ key }) => key}
    />
  );
}
