import { costOfResponse, costsMaximum, type Cost } from '@majordomo/catalog';
import type { Attempt, LlmError, PreparedTarget } from '@majordomo/core';
import { asLlmError, denialError, restoredAttempt } from '@majordomo/core/toolkit';
import type { Amount, LongWork } from '@majordomo/ledger';
import type { JobRecord, LegRecord, VendorJob } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Returns the maximum amounts of a job at a target, or `undefined` without a ledger. */
export const mostOf = async ({ attempt }: PreparedTarget, { ledger }: Setup): Promise<Amount | undefined> =>
  ledger?.estimate(attempt);

/** Denial of a reservation. */
interface Denied {
  readonly error: LlmError;
  /** Whether the next target may be tried. */
  readonly advances: boolean;
}

/** Reserves the maximum cost of the last leg. Returns the denial of the ledger. Nothing is sent after a failure of the ledger either. */
export async function reserveLeg(record: JobRecord, { ledger, clock }: Setup): Promise<Denied | undefined> {
  const leg = record.legs.at(-1);
  if (ledger === undefined || leg?.job?.most === undefined) return undefined;
  const { most, expiresAt } = leg.job;
  const work = workOf(record, leg, leg.job, record.legs.length);
  const { target } = work;
  let denial;
  try {
    denial = await ledger.reserve(work, most, expiresAt - clock.now());
  } catch (cause) {
    return { error: asLlmError(cause, target), advances: false };
  }
  if (denial === undefined) return undefined;
  const error = denialError(`${target}: ${denial.deny}`, target, denial);
  return { error, advances: denial.advance === true };
}

/** Books the cost of an ended leg, once. A leg whose usage or cost is unknown costs its complete reservation. */
export async function settleLeg(record: JobRecord, number: number, setup: Setup): Promise<void> {
  const { ledger, clock } = setup;
  const leg = record.legs[number - 1];
  const job = leg?.job;
  if (ledger === undefined || leg === undefined || job?.most === undefined) return;
  const { most } = job;
  const { attempts, startedAt, endedAt = clock.now() } = leg;
  const work = workOf(record, leg, job, number);
  const attempt = attempts.map(restoredAttempt).at(-1);
  const common = { requests: 1, ms: endedAt - startedAt, usage: attempt?.usage };
  const cost = attempt && (await knownCost(attempt, most, record, setup));
  if (attempt === undefined || cost === undefined) {
    const outcome = attempt?.outcome === 'finished' ? 'finished' : 'abandoned';
    await ledger.settle(work, { ...common, most, outcome });
    return;
  }
  const outcome = attempt.outcome === 'finished' ? 'finished' : 'failed';
  await ledger.settle(work, { ...common, cost, outcome });
}

/** Returns the cost of a leg; `undefined` if the leg costs its complete reservation. */
async function knownCost(
  attempt: Attempt,
  most: Amount,
  record: JobRecord,
  setup: Setup,
): Promise<Cost | undefined> {
  if (attempt.outcome === 'abandoned') return undefined;
  const cost = await costOfLeg(attempt, record, setup);
  const hasMaximum = most.nanoUsd !== undefined || isUnreported(attempt, record);
  return cost.nanoUsd === undefined && hasMaximum ? undefined : cost;
}

/** Returns the cost of an attempt. The cost of an attempt that may be billed, but has no usage, is unknown. */
export async function costOfLeg(
  attempt: Attempt,
  record: JobRecord,
  { catalog, clock }: Setup,
): Promise<Cost> {
  if (attempt.usage === undefined && attempt.outcome !== 'finished' && !isUnreported(attempt, record))
    return { nanoUsd: 0n, basis: 'catalogue', missing: [] };
  return costOfResponse({ attempts: [attempt] }, { catalog, at: new Date(clock.now()) });
}

/** Whether the vendor may bill more than the usage of an attempt states. Vendors do not bill a video that has failed. */
function isUnreported(attempt: Attempt, { operation }: JobRecord): boolean {
  const { outcome, usage } = attempt;
  if (outcome === 'finished') return usage === undefined;
  return operation !== 'video' && costsMaximum(attempt, usage);
}

function workOf(
  { token, spec, tenant, options }: JobRecord,
  { target = spec }: LegRecord,
  { about }: VendorJob,
  number: number,
): LongWork {
  const metadata = (options['metadata'] ?? {}) as Readonly<Record<string, unknown>>;
  const call = { id: `background/${token}`, spec, tenant, metadata };
  return { ...about, id: `background/${token}/${number}`, operation: 'background', target, call };
}
