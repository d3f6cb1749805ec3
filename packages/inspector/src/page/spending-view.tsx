import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedLimit, FeedSpending } from '../feed-types.ts';
import { Chart, colorAt } from './chart.tsx';
import { count, rough, tokens, usd } from './format.ts';
import { useLoaded, useKnown, useNow } from './hooks.ts';
import { Segments } from './segments.tsx';

const KEYS = ['model', 'tenant', 'target', 'provider', 'vendor', 'name'] as const;
const RANGES = [
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;
const EVERY_MS = 5000;

/** Spending over time, and the remaining amounts of limits. */
export function SpendingView(): JSX.Element {
  const { hello } = useKnown();
  const [by, setBy] = useState<string>('model');
  const [range, setRange] = useState<string>('24h');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hasLedger = hello?.hasLedger === true;
  const spending = useLoaded<FeedSpending>(hasLedger ? 'spending' : undefined, { by, range, zone }, EVERY_MS);
  const limits = useLoaded<readonly FeedLimit[]>(hasLedger ? 'limits' : undefined, {}, EVERY_MS);
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
        <Segments label="Range" choices={RANGES} value={range} onSelect={setRange} />
        <label>
          by{' '}
          <select value={by} onChange={({ currentTarget }) => setBy(currentTarget.value)}>
            {KEYS.map((key) => (
              <option key={key}>{key}</option>
            ))}
          </select>
        </label>
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
      <h2>Limits</h2>
      {limits.error !== undefined && <p role="alert">{limits.error}</p>}
      {limits.value?.length === 0 && <p class="hint">No limit exists, or no limit has been used.</p>}
      <ul class="limits">
        {limits.value?.map((limit) => (
          <Left key={`${limit.name} ${limit.key}`} limit={limit} />
        ))}
      </ul>
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

function Left({ limit }: { readonly limit: FeedLimit }): JSX.Element {
  const now = useNow(1000);
  const amount = (value: string): string =>
    limit.unit === 'usd' ? usd(value) : `${tokens(Number(value))} ${limit.unit}`;
  const share = (value: string): number =>
    Math.min(100, (Number(value) / Math.max(1, Number(limit.max))) * 100);
  const used = share(limit.used);
  const label = `${limit.name}${limit.key === '' ? '' : `, ${limit.key}`}`;
  return (
    <li class="card">
      <h3>
        {limit.name} <span class="soft">{limit.key.replaceAll(/=(?=,|$)/g, '=none')}</span>
      </h3>
      <div
        class={`meter ${used >= 95 ? 'bad' : used >= 80 ? 'warn' : ''}`}
        role="meter"
        aria-label={`Used of ${label}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(used)}
      >
        <span style={{ width: `${used}%` }} />
        <span
          class="held"
          style={{ left: `${used}%`, width: `${Math.min(100 - used, share(limit.held))}%` }}
        />
      </div>
      <p>
        <b>{amount(limit.left)}</b> left of {amount(limit.max)} per {limit.per}
        {limit.held !== '0' && <span class="soft"> · {amount(limit.held)} held</span>}
        {limit.resetsAt !== undefined && <span class="soft"> · anew in {rough(limit.resetsAt - now)}</span>}
        {limit.emptyAt !== undefined && (
          <span class="warn-text"> · spent in {rough(limit.emptyAt - now)} at this rate</span>
        )}
      </p>
    </li>
  );
}
