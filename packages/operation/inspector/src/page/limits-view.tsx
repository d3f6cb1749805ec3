import type { JSX } from 'preact';
import type { FeedLimit } from '../feed-types.ts';
import { rough, tokens, usd } from './format.ts';
import { useKnown, useLoaded, useNow } from './hooks.ts';

const EVERY_MS = 5000;

/** Remaining amounts of the ledger's limits. */
export function LimitsView(): JSX.Element {
  const { hello } = useKnown();
  const hasLedger = hello?.hasLedger === true;
  const { value, error } = useLoaded<readonly FeedLimit[]>(hasLedger ? 'limits' : undefined, {}, EVERY_MS);
  return (
    <div class="page">
      <h2>Limits</h2>
      {hello !== undefined && !hasLedger && (
        <p class="hint">This inspector has no ledger. Configure a ledger to limit the cost of calls.</p>
      )}
      {error !== undefined && <p role="alert">{error}</p>}
      {value?.length === 0 && <p class="hint">No limit exists, or no limit has been used.</p>}
      <ul class="limits">
        {value?.map((limit) => (
          <Left key={`${limit.name} ${limit.key}`} limit={limit} />
        ))}
      </ul>
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
  // A dimension of the key without a value, such as `tenant=`, is shown as `tenant=none`.
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
        {limit.resetsAt !== undefined && <span class="soft"> · resets in {rough(limit.resetsAt - now)}</span>}
        {limit.emptyAt !== undefined && (
          <span class="warn-text"> · spent in {rough(limit.emptyAt - now)} at this rate</span>
        )}
      </p>
    </li>
  );
}
