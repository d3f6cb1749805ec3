import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedSpending } from '../feed-types.ts';
import { Chart, colorAt } from './chart.tsx';
import { Choice } from './choice.tsx';
import { count, tokens, usd } from './format.ts';
import { useLoaded, useKnown } from './hooks.ts';
import { RANGES } from './ranges.ts';
import { spendingCsv } from './spending-csv.ts';

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

function Rows({ by, spending }: { readonly by: string; readonly spending: FeedSpending }): JSX.Element {
  if (spending.rows.length === 0) return <p class="hint">No cost was recorded in this period.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Spending in figures">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">{by}</th>
            <th scope="col" class="number">
              Cost
            </th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              Tokens in
            </th>
            <th scope="col" class="number">
              Tokens out
            </th>
            <th scope="col" class="number">
              Cache saved
            </th>
            <th scope="col" class="number">
              Cache extra
            </th>
            <th scope="col" class="number">
              Cache net
            </th>
          </tr>
        </thead>
        <tbody>
          {spending.rows.map((row, index) => (
            <tr key={row.key}>
              <th scope="row">
                <i class="swatch" style={{ background: colorAt(index) }} aria-hidden="true" />
                {row.key === '' ? 'none' : row.key}
              </th>
              <td class="number">
                {usd(row.nanoUsd)}
                {row.unpriced > 0 && <span class="soft"> + {count(row.unpriced)} unknown</span>}
              </td>
              <td class="number">{count(row.calls)}</td>
              <td class="number">{count(row.failed)}</td>
              <td class="number">{tokens(row.input)}</td>
              <td class="number">{tokens(row.output)}</td>
              <td class="number">{usd(row.cacheSaved)}</td>
              <td class="number">{usd(row.cacheExtra)}</td>
              <td class={`number ${row.cacheNet.startsWith('-') ? 'warn-text' : ''}`}>{usd(row.cacheNet)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
