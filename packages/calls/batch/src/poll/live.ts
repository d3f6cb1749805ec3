import { costOfResponse } from '@majordomo/catalog';
import { storedError } from '@majordomo/core/toolkit';
import { jsonSchema, type Attempt } from '@majordomo/core';
import { answeredMove, closingMove, failedMove } from './move-item.ts';
import { PLACES, toStored, type ItemAttempt } from '../record/record.ts';
import type { Round } from './round.ts';
import type { BatchRow, Move } from '../record/rows.ts';
import type { AnyResponse } from '../record/stored-item.ts';
import { asLlmFailure, rejectsPoll } from '../vendor/vendor-error.ts';

/** Sends the items at the place `live` through the chain, with all gates. A failed item is final, unless the poll rejects. */
export async function runLive(round: Round): Promise<void> {
  const { setup, key, record, job } = round;
  const { live, counts } = record;
  const items = counts[PLACES.live] ?? 0;
  if (live === undefined || items === 0) return;
  if (record.isCancelled !== true)
    setup.emit({ type: 'live-begun', key, items, why: round.isLate ? 'late' : 'failed' });
  for await (const page of job.pagesAt(PLACES.live)) {
    const rows = await job.rows.rowsOf(page, (place) => place === PLACES.live);
    await runPage(rows, round, live.concurrency);
  }
}

/**
 * Runs the calls of a page, at most `concurrency` at a time. After an error of the poll, such as `auth` or a lost lease, no
 * further call begins.
 */
async function runPage(rows: readonly BatchRow[], round: Round, concurrency: number): Promise<void> {
  const { record } = round;
  // All workers take their rows from this iterator.
  const waiting = rows.values();
  let stop: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const row of waiting) {
      if (stop !== undefined) return;
      try {
        await round.job.move([
          record.isCancelled === true ? closingMove(row, round) : await call(row, round),
        ]);
      } catch (error) {
        stop ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (stop !== undefined) throw stop.error;
}

async function call(row: BatchRow, round: Round): Promise<Move> {
  await round.job.checkLease();
  try {
    const response = await send(row, round);
    return answeredMove(row, await storedAttempts(response.attempts, round), response);
  } catch (cause) {
    const error = asLlmFailure(cause);
    if (rejectsPoll(error)) throw error;
    return failedMove(row, await storedAttempts(error.details.attempts, round), error);
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

const storedAttempts = (attempts: readonly Attempt[], { setup }: Round): Promise<readonly ItemAttempt[]> =>
  Promise.all(
    attempts.map(async (attempt) => {
      const { error } = attempt;
      const options = { catalog: setup.catalog, at: new Date(setup.clock.now()) };
      const { nanoUsd } = await costOfResponse({ attempts: [attempt] }, options);
      return { ...attempt, via: 'live', error: error && storedError(error), nanoUsd: toStored(nanoUsd) };
    }),
  );
