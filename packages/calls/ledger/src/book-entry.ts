import { LlmError } from '@majordomo/core';
import { bookOnce } from './book-once.ts';
import type { Entry } from './contract/ledger.ts';
import type { SpendRecord } from './contract/record.ts';
import type { LedgerContext } from './gate/context.ts';
import { parseUsd, USD_RULE } from './limits/money.ts';
import { BOOKED_OPERATION } from './limits/samples.ts';

/** Books an amount that was spent outside of majordomo. Limits never deny it. */
export async function bookEntry(context: LedgerContext, entry: Entry): Promise<void> {
  const { limits, clock, models } = context;
  const amount = checkEntry(entry);
  const { vendor, tenant, tags = {} } = entry;
  const id = `${BOOKED_OPERATION}/${entry.id ?? crypto.randomUUID()}`;
  const spender = { tenant, vendor, target: vendor, metadata: tags };
  // An entry belongs to no call, so `limitsOf` has no limits for it.
  const counted = limits.countersFor(spender).filter(({ limit }) => limit.unit === 'usd');
  const record: SpendRecord = {
    id,
    at: new Date(clock.now()).toISOString(),
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
    catalog: models.date,
  };
  const amounts = { usd: amount, tokens: 0n, requests: 0n, calls: 0n };
  await bookOnce(context, { record, counted, spender, amounts, isNew: entry.id === undefined });
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
