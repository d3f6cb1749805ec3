import type { BatchInfo, JobProgress } from '../contract.ts';
import type { Setup } from '../setup.ts';
import {
  isStalled,
  PLACES,
  queuePositions,
  sumOfStored,
  type BatchRecord,
  type JobRecord,
} from '../record/record.ts';
import { lateTime } from '../poll/deadline.ts';
import { FIND_MS } from '../poll/send-batch.ts';
import { requireRecord } from '../record/leased-job.ts';

/** Time between two queries about a running batch, in milliseconds. */
const LOOK_MS = 600_000;
/** Time between two searches for a batch, in milliseconds. */
const SEARCH_MS = 15_000;
/** Time until the next useful poll of a job whose submission is not complete, in milliseconds. */
const FILLING_MS = 60_000;

/** Returns the progress of a job from the store. */
export async function progressOf(key: string, setup: Setup): Promise<JobProgress> {
  const { record } = await requireRecord(key, setup);
  const { counts } = record;
  const sumOf = (isPlace: (place: string) => boolean): number =>
    Object.entries(counts).reduce((sum, [place, count]) => (isPlace(place) ? sum + count : sum), 0);
  const waiting = sumOf((place) => place.startsWith('queue:'));
  const { [PLACES.answered]: answered = 0, [PLACES.failed]: failed = 0, [PLACES.live]: live = 0 } = counts;
  const canSend = queuePositions(counts).some((position) => !isStalled(record, position));
  const total = record.total ?? sumOf(() => true);
  return {
    key,
    state: stateOf(record),
    total,
    waiting,
    sent: sumOf((place) => place.startsWith('batch:')) + live,
    answered,
    failed,
    nanoUsd: sumOfStored([record.liveNanoUsd, ...record.batches.map(({ nanoUsd = '0' }) => nanoUsd)]),
    // A batch without requests was never sent, because its rows have moved away.
    batches: record.batches.filter(({ requests }) => requests !== 0).map(infoOf),
    nextMs: nextMs(record, canSend || live > 0, setup.clock.now()),
  };
}

function stateOf({ total, isDone, isCancelled }: JobRecord): JobProgress['state'] {
  if (total === undefined) return 'filling';
  if (isDone === true) return 'done';
  return isCancelled === true ? 'cancelling' : 'running';
}

/** Returns the public facts about a batch. A batch on trial may belong to another client, so its id is not exposed. */
const infoOf = ({ about, ref, state, requests = 0, completed, expiresAt }: BatchRecord): BatchInfo => ({
  target: about.target,
  ref: state === 'trial' ? undefined : ref,
  state: state === 'trial' ? 'creating' : state,
  requests,
  completed,
  expiresAt,
});

/** Returns the time until the next useful poll, in milliseconds; 0 if work remains that waits for no batch. */
function nextMs(record: JobRecord, isWaiting: boolean, now: number): number | undefined {
  if (record.isDone === true) return undefined;
  if (record.total === undefined) return FILLING_MS;
  const pending = record.batches.filter(({ state }) => state !== 'read');
  if (isWaiting || pending.length === 0) return 0;
  const late = lateTime(record);
  const times = pending.map((batch) => nextTime(batch, now));
  // After `lateTime`, only the batches that still run decide.
  return Math.max(0, Math.min(...times, late > now ? late : Infinity) - now);
}

/** Returns the time of the next useful query about a batch, in epoch milliseconds. */
function nextTime({ state, createdAt = 0, retryAt }: BatchRecord, now: number): number {
  // A creation whose wait is over is searched for, because it may have succeeded.
  const isSearched = state === 'creating' && (retryAt === undefined || retryAt <= now);
  if (retryAt !== undefined && !isSearched) return retryAt;
  if (isSearched) return Math.min(now + SEARCH_MS, Math.max(now, createdAt + FIND_MS));
  return state === 'planned' || state === 'ended' ? now : now + LOOK_MS;
}
