import { costOf, priceAt, type Price } from '@majordomo/catalog';
import { sumUsage, type AttemptInfo, type Denial, type Usage } from '@majordomo/core';
import type { LongWork } from '@majordomo/ledger';
import { toStored, type BatchRecord, type BatchTarget, type StoredAmount } from './record.ts';
import type { Round } from './round.ts';

/** Tier of the catalog for batches. */
const TIER = 'batch';
/** Time between the vendor's limit for a batch and the expiry of its reservation, in milliseconds. */
const LEASE_MARGIN_MS = 7_200_000;

/** Returns the current price of a model, or `undefined` if the catalog does not list the model. */
export async function priceOf({ vendor, model }: BatchTarget, { setup }: Round): Promise<Price | undefined> {
  if (vendor === undefined || model === undefined) return undefined;
  const found = await setup.catalog.find(vendor, model);
  return found && priceAt(found.model, new Date(setup.clock.now()));
}

/** Returns the cost of one request of a batch in nano-USD. */
export const itemCost = (
  usage: Usage,
  price: Price | undefined,
  { billing }: BatchTarget,
): bigint | undefined => costOf(usage, price, { billing, tier: TIER }).nanoUsd;

/** Sum of the maximum tokens and maximum costs of a batch's requests. */
export class AmountSum {
  requests = 0;
  private input = 0;
  private output: number | undefined = 0;
  private nanoUsd: bigint | undefined = 0n;

  async add(attempt: AttemptInfo, { setup: { ledger } }: Round): Promise<void> {
    this.requests++;
    if (ledger === undefined) return;
    const { input, output, nanoUsd } = await ledger.estimate(attempt, TIER);
    this.input += input;
    this.output = this.output === undefined || output === undefined ? undefined : this.output + output;
    this.nanoUsd = plus(this.nanoUsd, nanoUsd);
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
  usage: Usage | undefined;
  nanoUsd: bigint | undefined = 0n;

  add(isAnswered: boolean, usage: Usage | undefined, nanoUsd: bigint | undefined): void {
    if (isAnswered) this.answered++;
    else this.failed++;
    this.usage = sumUsage(this.usage, usage);
    this.nanoUsd = plus(this.nanoUsd, nanoUsd);
  }
}

const plus = (sum: bigint | undefined, nanoUsd: bigint | undefined): bigint | undefined =>
  sum === undefined || nanoUsd === undefined ? undefined : sum + nanoUsd;

/** Reserves the maximum cost of a batch, or renews its reservation. Returns the denial if the ledger denies the cost. */
export async function reserve(batch: BatchRecord, ms: number, round: Round): Promise<Denial | undefined> {
  if (batch.most === undefined) return undefined;
  const { requests, input, output, nanoUsd } = batch.most;
  const most = { requests, input, output, nanoUsd: nanoUsd === undefined ? undefined : BigInt(nanoUsd) };
  await round.job.checkLock();
  return round.setup.ledger?.reserve(workOf(batch, round), most, ms + LEASE_MARGIN_MS);
}

/** Replaces the reservation of a batch with its cost. Afterwards, only the files of the batch must still be deleted. */
export async function settle(batch: BatchRecord, sum: ResultSum, round: Round): Promise<void> {
  const { most, about, createdAt, requests = 0 } = batch;
  const { answered, failed, usage, nanoUsd } = sum;
  await round.job.checkLock();
  if (most !== undefined) {
    const basis = about.billing === 'included' ? 'included' : nanoUsd === undefined ? 'unknown' : 'catalogue';
    await round.setup.ledger?.settle(workOf(batch, round), {
      requests: answered + failed === 0 ? 0 : requests,
      usage,
      cost: {
        nanoUsd: basis === 'included' ? undefined : nanoUsd,
        basis,
        missing: basis === 'unknown' ? [`no price of some requests at tier ${TIER}`] : [],
      },
      outcome: answered > 0 ? 'finished' : 'failed',
      ms: createdAt === undefined ? 0 : round.now() - createdAt,
    });
  }
  batch.nanoUsd = toStored(nanoUsd);
  batch.state = 'ended';
  await round.job.save();
}

function workOf({ number, about }: BatchRecord, { record }: Round): LongWork {
  const { token, spec, tenant, metadata = {} } = record;
  const { target, vendor, model, billing, name } = about;
  const call = { id: `batch/${token}`, spec, tenant, metadata };
  return { id: `batch/${token}/${number}`, operation: TIER, target, vendor, model, billing, name, call };
}
