import { costOfResponse } from '@majordomo/catalog';
import { jsonSchema, type Attempt } from '@majordomo/core';
import type { BatchRow } from './contract.ts';
import { closingMove, failedMove } from './item.ts';
import { PLACES, type StoredAttempt } from './record.ts';
import type { Round } from './round.ts';
import { dataOf, storedLiveAttempt, storedResponse, type AnyResponse } from './stored-item.ts';
import { asLlmFailure, mustStop } from './vendor-error.ts';

const PAGE = 100;

/** Sends the items at the place `live` through the complete chain, with all gates. An item whose call fails is final. */
export async function runLive(round: Round): Promise<void> {
  const { setup, key, record } = round;
  const { [PLACES.live]: items = 0 } = await setup.store.counts(key);
  if (items === 0) return;
  if (record.isCancelled !== true)
    setup.emit({ type: 'live-begun', key, items, why: round.isLate ? 'late' : 'failed' });
  try {
    for (;;) {
      const rows = await setup.store.rows(key, { place: PLACES.live, limit: PAGE });
      if (rows.length === 0) return;
      await runPage(rows, round);
      // Adopts a cancellation by another process.
      await round.job.save();
    }
  } finally {
    record.liveNanoUsd = await liveCost(round);
    await round.job.save();
  }
}

/** Runs the calls of a page, at most `concurrency` at a time. After an error that requires a person, no further call begins. */
async function runPage(rows: readonly BatchRow[], round: Round): Promise<void> {
  const { record, setup, key } = round;
  const waiting = rows.values();
  let stop: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const row of waiting) {
      if (stop !== undefined) return;
      try {
        const move = record.isCancelled === true ? closingMove(row, round) : await call(row, round);
        await round.job.checkLock();
        await setup.store.move(key, [move]);
      } catch (error) {
        stop ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: record.live?.concurrency ?? 1 }, worker));
  if (stop !== undefined) throw stop.error;
}

async function call(row: BatchRow, round: Round): Promise<ReturnType<typeof failedMove>> {
  const earlier = dataOf(row).attempts;
  try {
    const response = await send(row, round);
    const attempts = [...earlier, ...(await stored(response.attempts, round))];
    const data = JSON.stringify({ attempts, response: storedResponse(response) });
    return { index: row.index, from: row.place, to: PLACES.answered, data };
  } catch (cause) {
    const error = asLlmFailure(cause);
    if (mustStop(error) || error.kind === 'aborted') throw error;
    return failedMove(row, [...earlier, ...(await stored(error.details.attempts, round))], error);
  }
}

async function send(row: BatchRow, round: Round): Promise<AnyResponse> {
  const { tenant, metadata, spec, output } = round.record;
  const { majordomo } = round.setup;
  const options = { tenant, metadata, signal: round.signal };
  const request = round.requestOf(row);
  if ('embedding' in request) return majordomo.embeddingModel(spec).embed(request.embedding, options);
  if (output === undefined) return majordomo.model(spec).generate(request, options);
  const typed = { ...request, output: jsonSchema(output) };
  const { value: _value, ...response } = await majordomo.model(spec).generateObject(typed, options);
  return response;
}

const stored = (attempts: readonly Attempt[], { setup }: Round): Promise<readonly StoredAttempt[]> =>
  Promise.all(
    attempts.map(async (attempt) => {
      const { nanoUsd } = await costOfResponse(
        { attempts: [attempt] },
        { catalog: setup.catalog, at: new Date(setup.clock.now()) },
      );
      return storedLiveAttempt(
        attempt,
        attempt.usage === undefined && attempt.outcome !== 'finished' ? 0n : nanoUsd,
      );
    }),
  );

/** Returns the cost of all live calls in nano-USD; null if the cost of one is unknown. One pass, so that crashes do not matter. */
async function liveCost({ setup: { store }, key }: Round): Promise<string | null> {
  let sum = 0n;
  let after: number | undefined;
  for (;;) {
    const rows = await store.rows(key, { after, limit: 1000 });
    for (const { nanoUsd, via } of rows.flatMap((row) => dataOf(row).attempts)) {
      if (via !== 'live') continue;
      if (nanoUsd === null) return null;
      sum += BigInt(nanoUsd);
    }
    after = rows.at(-1)?.index;
    if (after === undefined) return sum.toString();
  }
}
