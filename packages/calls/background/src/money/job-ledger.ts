import { costOfResponse, mayBeBilled, type Cost } from '@majordomo/catalog';
import { LlmError, type Attempt, type PreparedTarget } from '@majordomo/core';
import type { LongWork } from '@majordomo/ledger';
import type { JobRecord, LegRecord, StoredAmount, VendorJob } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { attemptOf } from '../events/stored-answer.ts';

/** Time between the limit of a job and the expiry of its reservation, in milliseconds. */
const LEASE_MARGIN_MS = 7_200_000;

/** Returns the maximum amounts of a job, or `undefined` without a ledger. */
export async function mostOf(
  { attempt }: PreparedTarget,
  { ledger }: Setup,
): Promise<StoredAmount | undefined> {
  if (ledger === undefined) return undefined;
  const most = await ledger.estimate(attempt);
  return { ...most, nanoUsd: most.nanoUsd?.toString() };
}

/** Denial of a reservation. */
interface Denied {
  readonly error: LlmError;
  /** Whether the next target may be tried. */
  readonly advances: boolean;
}

/** Reserves the maximum cost of the last leg. Returns the denial of the ledger. */
export async function reserveLeg(record: JobRecord, { ledger, clock }: Setup): Promise<Denied | undefined> {
  const leg = record.legs.at(-1);
  if (ledger === undefined || leg?.job?.most === undefined) return undefined;
  const { most, expiresAt } = leg.job;
  const nanoUsd = most.nanoUsd === undefined ? undefined : BigInt(most.nanoUsd);
  const leaseMs = expiresAt - clock.now() + LEASE_MARGIN_MS;
  const work = workOf(record, leg, leg.job, record.legs.length);
  const denial = await ledger.reserve(work, { ...most, nanoUsd }, leaseMs);
  if (denial === undefined) return undefined;
  const { deny, advance, code, publicMessage, retryAfterMs } = denial;
  const { target } = work;
  const details = { target, code, publicMessage, retryAfterMs };
  return { error: new LlmError('denied', `${target}: ${deny}`, details), advances: advance === true };
}

/** Books the cost of an ended leg, once. A leg whose usage is unknown costs its complete reservation. */
export async function settleLeg(record: JobRecord, number: number, setup: Setup): Promise<void> {
  const { ledger, clock } = setup;
  const leg = record.legs[number - 1];
  const job = leg?.job;
  if (ledger === undefined || leg === undefined || job?.most === undefined) return;
  const { most, about } = job;
  const { attempts, startedAt, endedAt = clock.now() } = leg;
  const work = workOf(record, leg, job, number);
  const common = { requests: 1, ms: endedAt - startedAt };
  const attempt = attempts.map(attemptOf).at(-1);
  if (attempt === undefined || attempt.outcome === 'abandoned' || isUnreported(attempt, record)) {
    const { input, output = 0, nanoUsd } = most;
    const usage = { input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
    const cost = costOfMost(nanoUsd, about.billing);
    const outcome = attempt?.outcome === 'finished' ? 'finished' : 'abandoned';
    await ledger.settle(work, { ...common, usage, cost, outcome });
    return;
  }
  const outcome = attempt.outcome === 'finished' ? 'finished' : 'failed';
  const cost = await costOfLeg(attempt, record, setup);
  await ledger.settle(work, { ...common, usage: attempt.usage, cost, outcome });
}

/** Returns the cost of a complete reservation. */
function costOfMost(nanoUsd: string | undefined, billing: LongWork['billing']): Cost {
  if (billing === 'included') return { nanoUsd: undefined, basis: 'included', missing: [] };
  if (nanoUsd === undefined) return { nanoUsd: undefined, basis: 'unknown', missing: ['no price'] };
  return { nanoUsd: BigInt(nanoUsd), basis: 'catalogue', missing: [] };
}

/** Returns the cost of a leg. The cost of a leg that may be billed, but has no usage, is unknown. */
export async function costOfLeg(
  attempt: Attempt,
  record: JobRecord,
  { catalog, clock }: Setup,
): Promise<Cost> {
  if (attempt.usage === undefined && attempt.outcome !== 'finished' && !isUnreported(attempt, record))
    return { nanoUsd: 0n, basis: 'catalogue', missing: [] };
  return costOfResponse({ attempts: [attempt] }, { catalog, at: new Date(clock.now()) });
}

/** Whether the vendor may bill an attempt, but has reported no usage. Vendors do not bill a video that they report as failed. */
const isUnreported = (attempt: Attempt, { operation }: JobRecord): boolean =>
  attempt.usage === undefined &&
  mayBeBilled(attempt) &&
  (operation !== 'video' || attempt.outcome === 'finished');

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
