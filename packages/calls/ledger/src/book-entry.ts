import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Entry } from './contract/ledger.ts';
import type { SpendRecord } from './contract/record.ts';
import type { LedgerContext } from './gate/context.ts';
import { parseUsd, USD_RULE } from './limits/money.ts';
import { BOOKED_OPERATION } from './limits/samples.ts';

/** Lease of the empty reservation of an entry, in milliseconds. The reservation's id lets the store detect repeated bookings. */
const LEASE_MS = 86_400_000;

/** Books an amount that was spent outside of majordomo. Limits never deny it. */
export async function bookEntry(context: LedgerContext, entry: Entry): Promise<void> {
  const { store, limits, clock, prices, options, alerts } = context;
  const amount = checkEntry(entry);
  const { vendor, tenant, tags = {} } = entry;
  const id = `${BOOKED_OPERATION}/${entry.id ?? crypto.randomUUID()}`;
  // Search the records for the id too, because a store deletes settled reservations earlier than their records.
  if (entry.id !== undefined) for await (const _ of store.records({ call: id })) return;
  const now = clock.now();
  const spender = { tenant, vendor, target: vendor, metadata: tags };
  const counted = limits.countersFor(spender).filter(({ limit }) => limit.unit === 'usd');
  const claims = counted.map(({ limit, counter }) => limit.emptyClaim(counter, spender, now));
  const record: SpendRecord = {
    id,
    at: new Date(now).toISOString(),
    call: id,
    operation: BOOKED_OPERATION,
    target: vendor,
    vendor,
    model: undefined,
    name: undefined,
    tenant,
    tags,
    outcome: 'finished',
    ms: 0,
    usage: undefined,
    nanoUsd: String(amount),
    basis: 'reported',
    missing: [],
    catalog: prices.date,
  };
  if (claims.length > 0) {
    await store.reserve(id, claims, LEASE_MS);
    await store.settle(
      id,
      counted.map(({ counter }) => ({ counter, amount })),
    );
  }
  await store.append(record);
  notify(options.onRecord, record);
  if (options.onAlert === undefined) return;
  for (const { limit, counter } of counted)
    void context.outbox.send({ run: () => alerts.onBooked({ limit, counter, amount, tenant }) });
}

function checkEntry({ vendor, usd, id }: Entry): bigint {
  const fail = (path: string, why: string): never => {
    throw new LlmError('config', `ledger: book: ${path}: ${why}`, { path });
  };
  if (typeof vendor !== 'string' || vendor === '')
    fail('vendor', 'must be a non-empty string, the name of the paid vendor');
  if (id === '') fail('id', 'must not be empty; omit it for a random id');
  return parseUsd(usd) ?? fail('usd', `${USD_RULE}, such as '0.0125', not ${JSON.stringify(usd)}`);
}
