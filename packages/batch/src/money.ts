import { costOf, priceAt, type Cost, type Price } from '@majordomo/catalog';
import { sumUsage, type AttemptInfo, type Denial, type Usage } from '@majordomo/core';
import type { LongWork } from '@majordomo/ledger';
import type { BatchRecord, BatchTarget, StoredAmount } from './record.ts';
import type { Round } from './round.ts';

/** Tier of the catalog for batches. */
export const TIER = 'batch';
/** Time after the vendor's limit at which a reservation counts as spent, in milliseconds. */
const LEASE_MARGIN_MS = 7_200_000;

/** Returns the price of a model at this time. */
export async function priceOf({ vendor, model }: BatchTarget, { setup }: Round): Promise<Price | undefined> {
  if (vendor === undefined || model === undefined) return undefined;
  const found = await setup.catalog.find(vendor, model);
  return found && priceAt(found.model, new Date(setup.clock.now()));
}

/** Returns the cost of one request of a batch. */
export const itemCost = (
  usage: Usage | undefined,
  price: Price | undefined,
  { billing }: BatchTarget,
): Cost => costOf(usage, price, { billing, tier: TIER });

/** Sum of the maximum amounts of a batch's requests. */
export class AmountSum {
  private requests = 0;
  private input = 0;
  private output: number | undefined = 0;
  private nanoUsd: bigint | undefined = 0n;

  async add(attempt: AttemptInfo, { setup: { ledger } }: Round): Promise<void> {
    this.requests++;
    if (ledger === undefined) return;
    const { input, output, nanoUsd } = await ledger.estimate(attempt, TIER);
    this.input += input;
    this.output = this.output === undefined || output === undefined ? undefined : this.output + output;
    this.nanoUsd = this.nanoUsd === undefined || nanoUsd === undefined ? undefined : this.nanoUsd + nanoUsd;
  }

  toJson(): StoredAmount {
    const { requests, input, output, nanoUsd } = this;
    return { requests, input, output, nanoUsd: nanoUsd?.toString() };
  }
}

/** Results of a batch, summed over its items. */
export class ResultSum {
  answered = 0;
  failed = 0;
  private nanoUsd: bigint | undefined = 0n;
  private usage: Usage | undefined;

  add(isAnswered: boolean, usage: Usage | undefined, nanoUsd: bigint | undefined): void {
    if (isAnswered) this.answered++;
    else this.failed++;
    this.nanoUsd = this.nanoUsd === undefined || nanoUsd === undefined ? undefined : this.nanoUsd + nanoUsd;
    this.usage = sumUsage(this.usage, usage);
  }

  /** Cost in nano-USD as stored; null if it is unknown or included in a plan. */
  get storedCost(): string | null {
    return this.nanoUsd?.toString() ?? null;
  }

  /** Returns the amounts that the ledger books. */
  used(
    { about, createdAt, requests = 0 }: BatchRecord,
    now: number,
  ): Parameters<NonNullable<Round['setup']['ledger']>['settle']>[1] {
    const { nanoUsd, usage, answered, failed } = this;
    const basis = about.billing === 'included' ? 'included' : nanoUsd === undefined ? 'unknown' : 'catalogue';
    const missing = basis === 'unknown' ? [`no price of some requests at tier ${TIER}`] : [];
    return {
      requests: answered + failed === 0 ? 0 : requests,
      usage,
      cost: { nanoUsd: basis === 'included' ? undefined : nanoUsd, basis, missing },
      outcome: answered > 0 ? 'finished' : 'failed',
      ms: createdAt === undefined ? 0 : now - createdAt,
    };
  }
}

/** Reserves the maximum cost of a batch, or renews its reservation. */
export async function reserve(
  batch: BatchRecord,
  expiresMs: number,
  round: Round,
): Promise<Denial | undefined> {
  const { most } = batch;
  if (most === undefined) return undefined;
  const { nanoUsd, output, ...amount } = most;
  const reserved = { ...amount, output, nanoUsd: nanoUsd === undefined ? undefined : BigInt(nanoUsd) };
  return round.setup.ledger?.reserve(workOf(batch, round), reserved, expiresMs + LEASE_MARGIN_MS);
}

/** Books the cost of a batch in place of its reservation. */
export async function settle(batch: BatchRecord, sum: ResultSum, round: Round): Promise<void> {
  if (batch.most === undefined) return;
  await round.setup.ledger?.settle(workOf(batch, round), sum.used(batch, round.now()));
}

function workOf({ number, about }: BatchRecord, { record }: Round): LongWork {
  const { token, spec, tenant, metadata = {} } = record;
  return {
    target: about.target,
    vendor: about.vendor,
    model: about.model,
    billing: about.billing,
    name: about.name,
    id: `batch/${token}/${number}`,
    operation: TIER,
    call: { id: `batch/${token}`, spec, tenant, metadata },
  };
}
