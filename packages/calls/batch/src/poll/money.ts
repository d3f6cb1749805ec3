import { costOf, priceAt, type Cost, type Price } from '@majordomo/catalog';
import { sumUsage, type AttemptInfo, type Denial, type Usage } from '@majordomo/core';
import type { Amount, LongWork } from '@majordomo/ledger';
import { ageOf, toStored, type BatchRecord, type BatchTarget } from '../record/record.ts';
import type { Round } from './round.ts';

/** Tier of the catalog for batches. */
const TIER = 'batch';

/** Returns the current price of a model, or `undefined` if the catalog does not list the model. */
export async function priceOf({ vendor, model }: BatchTarget, { setup }: Round): Promise<Price | undefined> {
  if (vendor === undefined || model === undefined) return undefined;
  const found = await setup.catalog.find(vendor, model);
  return found && priceAt(found.model, new Date(setup.clock.now()));
}

/** Returns the cost of one request of a batch in nano-USD. */
export const itemCost = (
  usage: Usage | undefined,
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
    this.nanoUsd = plus(this.nanoUsd, nanoUsd === undefined ? undefined : BigInt(nanoUsd));
  }

  total(): Amount {
    const { requests, input, output, nanoUsd } = this;
    return { requests, input, output, nanoUsd: nanoUsd?.toString() };
  }
}

/** Sum of the results of a batch. Items that the vendor does not bill have no usage and no cost. */
export class ResultSum {
  /** Number of answered items. All other items of the batch have failed. */
  answered = 0;
  usage: Usage | undefined;
  nanoUsd: bigint | undefined = 0n;
  /** Whether the vendor may bill an item without usage. */
  isUsageUnknown = false;

  add(isAnswered: boolean, usage: Usage | undefined, nanoUsd: bigint | undefined): void {
    if (isAnswered) this.answered++;
    this.usage = sumUsage(this.usage, usage);
    this.nanoUsd = plus(this.nanoUsd, nanoUsd);
    this.isUsageUnknown ||= usage === undefined && nanoUsd === undefined;
  }

  /** Adds items that the vendor may bill, although their results are not available. */
  addUnknown(): void {
    this.add(false, undefined, undefined);
  }
}

const plus = (sum: bigint | undefined, nanoUsd: bigint | undefined): bigint | undefined =>
  sum === undefined || nanoUsd === undefined ? undefined : sum + nanoUsd;

/**
 * Reserves the maximum cost of a batch. Returns the denial if the ledger denies the cost.
 *
 * @param isFirst whether this process has just planned the batch, so that no process has reserved its cost
 */
export async function reserve(
  batch: BatchRecord,
  isFirst: boolean,
  ms: number,
  round: Round,
): Promise<Denial | undefined> {
  const { job, setup } = round;
  const { ledger } = setup;
  if (batch.most === undefined || ledger === undefined) return undefined;
  await job.checkLease();
  if (!isFirst) {
    // An earlier holder of the lease may have reserved the cost, or may still reserve or release it.
    await ledger.release(workOf(batch, round));
    batch.reservations = (batch.reservations ?? 0) + 1;
    await job.save();
  }
  return ledger.reserve(workOf(batch, round), batch.most, ms);
}

/** Renews the reservation of a batch that the vendor processes. */
export async function renew(batch: BatchRecord, ms: number, round: Round): Promise<void> {
  if (batch.most === undefined) return;
  await round.job.checkLease();
  await round.setup.ledger?.renew(workOf(batch, round), ms);
}

/** Replaces the reservation of a batch with its requests and cost. Afterwards, only its files must still be deleted. */
export const settle = (batch: BatchRecord, sum: ResultSum, round: Round): Promise<void> =>
  book(batch, sum, batch.requests ?? 0, round);

/** Ends the reservation of a batch of which the vendor has processed no request, so that none is booked. */
export const settleUnprocessed = (batch: BatchRecord, round: Round): Promise<void> =>
  book(batch, new ResultSum(), 0, round);

/** Replaces the reservation of a batch that the vendor may have processed without a result with its requests and maximum cost. */
export function settleUnknown(batch: BatchRecord, round: Round): Promise<void> {
  const sum = new ResultSum();
  sum.addUnknown();
  return settle(batch, sum, round);
}

/** Ends a batch that the ledger has denied, and that has no reservation. */
export const endDenied = (batch: BatchRecord, round: Round): Promise<void> => end(batch, 0n, round);

async function book(batch: BatchRecord, sum: ResultSum, requests: number, round: Round): Promise<void> {
  const { most, about } = batch;
  await round.job.checkLease();
  if (most !== undefined)
    await round.setup.ledger?.settle(workOf(batch, round), {
      requests,
      usage: sum.usage,
      ...costOrMost(sum, most, about),
      outcome: sum.answered > 0 ? 'finished' : 'failed',
      ms: ageOf(batch, round.now()),
    });
  await end(batch, sum.nanoUsd, round);
}

async function end(batch: BatchRecord, nanoUsd: bigint | undefined, round: Round): Promise<void> {
  batch.nanoUsd = toStored(nanoUsd);
  batch.state = 'ended';
  await round.job.save();
}

/** Returns the cost of a batch. If the usage or the cost of an item is unknown, the batch has used its complete reservation. */
function costOrMost(
  { nanoUsd, isUsageUnknown }: ResultSum,
  most: Amount,
  { billing }: BatchTarget,
): { readonly cost: Cost } | { readonly most: Amount } {
  if (isUsageUnknown) return { most };
  if (billing === 'included') return { cost: { nanoUsd: undefined, basis: 'included', missing: [] } };
  if (nanoUsd !== undefined) return { cost: { nanoUsd, basis: 'catalogue', missing: [] } };
  if (most.nanoUsd !== undefined) return { most };
  return { cost: { nanoUsd, basis: 'unknown', missing: [`no price at tier ${TIER}`] } };
}

function workOf({ number, about, reservations }: BatchRecord, { record }: Round): LongWork {
  const { token, spec, tenant, metadata = {} } = record;
  const { target, vendor, model, billing, name } = about;
  const call = { id: `batch/${token}`, spec, tenant, metadata };
  const id = ['batch', token, number, ...(reservations === undefined ? [] : [reservations])].join('/');
  return { id, operation: TIER, target, vendor, model, billing, name, call };
}
