import type { Price } from '@majordomo/catalog';
import { LlmError, type BatchLine, type Usage } from '@majordomo/core';
import { LineReader, unreachedError } from '../vendor/capture.ts';
import { aboutTarget, answeredMove, moveAfter, type Failure } from './move-item.ts';
import {
  endDenied,
  itemCost,
  priceOf,
  ResultSum,
  settle,
  settleUnknown,
  settleUnprocessed,
} from './money.ts';
import {
  ageOf,
  indexOf,
  inputName,
  PLACES,
  toStored,
  type BatchRecord,
  type ItemAttempt,
} from '../record/record.ts';
import { ResultFile } from '../files/result-file.ts';
import type { Round, Vendor } from './round.ts';
import type { BatchRow, Move } from '../record/rows.ts';
import type { AnyResponse } from '../record/stored-item.ts';
import { checkAnswer } from '../vendor/typed.ts';
import { asLlmFailure } from '../vendor/vendor-error.ts';

/** Size of the lines whose answers are stored at once, in bytes. The answers of one write are in memory at the same time. */
const WRITE_BYTES = 8_000_000;

/**
 * Reads the results of an ended batch and moves its items. Items without a line fail with `protocol`, unless the vendor has
 * reported why they have none, or no longer has the results. If the vendor stops sending lines, stores the answers so far and
 * rejects. Returns false if the state was `trial` and the batch belongs to another client.
 */
export async function readBatch(batch: BatchRecord, round: Round): Promise<boolean> {
  const { record, job, setup } = round;
  const vendor = await round.vendorOf(batch);
  const reader = new BatchReader(batch, round, await priceOf(batch.about, round));
  const results = new ResultFile(setup.folder, inputName(record.token, batch.number, job.fence));
  await job.checkLease();
  try {
    const unread = await reader.download(vendor, results);
    // Only a line with the id of an item shows that the batch belongs to this job. A batch whose results are gone has no line.
    if (batch.state === 'trial' && results.count === 0) return false;
    await reader.moveAll(unread, results);
    // The sum does not contain items without a line that an interrupted poll has moved.
    const { requests = 0 } = batch;
    if (unread.bill?.isBilled === true && results.count < requests) reader.sum.addUnknown();
  } finally {
    await results.remove();
  }
  await settle(batch, reader.sum, round);
  reader.emitEnd();
  return true;
}

/** Applies an error to all items of a batch that could not be created or that the vendor rejected. Returns true. */
export async function failAll(batch: BatchRecord, error: LlmError, round: Round): Promise<true> {
  const reader = new BatchReader(batch, round, undefined);
  await reader.moveAll({ error });
  await settleUnprocessed(batch, round);
  if (batch.ref !== undefined) reader.emitEnd();
  return true;
}

/** Applies an error to all items of a batch that the vendor no longer has, although it may have answered them. Returns true. */
export async function failLost(batch: BatchRecord, error: LlmError, round: Round): Promise<true> {
  const reader = new BatchReader(batch, round, undefined);
  await reader.moveAll({ error, bill: MAY_BE_BILLED });
  await settleUnknown(batch, round);
  reader.emitEnd();
  return true;
}

/** Moves all items of a batch that the ledger has denied to their next targets. Returns true. */
export async function failDenied(batch: BatchRecord, error: LlmError, round: Round): Promise<true> {
  await new BatchReader(batch, round, undefined).moveAll({ error, advances: true });
  await endDenied(batch, round);
  return true;
}

/** Usage of an item, and whether the vendor may bill it. */
interface Bill {
  readonly usage: Usage | undefined;
  readonly isBilled: boolean;
}

const NOT_BILLED: Bill = { usage: undefined, isBilled: false };
/** Bill of an item that the vendor may have answered, although the answer is not available. */
const MAY_BE_BILLED: Bill = { usage: undefined, isBilled: true };

/** Reason for which items have no line. */
interface Unread {
  readonly error: LlmError;
  /** Whether these items may move to the next target. `@default` the decision of the failover table */
  readonly advances?: boolean;
  /** `@default` the vendor has not billed the items */
  readonly bill?: Bill;
}

/** Reader of the results of one batch, which moves its items and sums their usage and cost. */
class BatchReader {
  readonly sum: ResultSum = new ResultSum();
  private readonly batch: BatchRecord;
  private readonly round: Round;
  private readonly price: Price | undefined;
  private readonly lines = new LineReader();

  constructor(batch: BatchRecord, round: Round, price: Price | undefined) {
    this.batch = batch;
    this.round = round;
    this.price = price;
  }

  /**
   * Downloads the results of the batch, and returns the reason for which items have no line. If the download is interrupted, moves the
   * items with a line and rejects.
   */
  async download(vendor: Vendor, results: ResultFile): Promise<Unread> {
    const { batch, round } = this;
    const { ref = '', without, about } = batch;
    const { target } = about;
    try {
      for await (const line of round.resultsOf(vendor, ref)) {
        const index = indexOf(line.id, round.record.token, batch.number);
        if (index !== undefined && !results.has(index)) await results.add(index, line);
        // Lines of another client's batch emit no event.
        else if (batch.state !== 'trial' || results.count > 0) this.ignore(line);
      }
    } catch (cause) {
      if (LlmError.is(cause, 'not-found')) {
        const why = `${target}: the vendor no longer has the results of batch ${ref}: ${cause.message}`;
        return { error: new LlmError('server', why, cause.details, { cause }), bill: MAY_BE_BILLED };
      }
      if (results.count > 0 && !round.signal.aborted) await this.moveAll(undefined, results);
      throw cause;
    }
    if (without !== undefined) return { error: unreachedError(target, without) };
    const why = `${target}: the batch ended without a result for this request`;
    return { error: new LlmError('protocol', why, { target }), bill: MAY_BE_BILLED };
  }

  /**
   * Moves the items of the batch, in the order of the input: those with a line by their results, and those without one after an error.
   *
   * @param unread reason for which items have no line, or `undefined` if these items are not moved
   */
  async moveAll(unread: Unread | undefined, results?: ResultFile): Promise<void> {
    const { round, batch } = this;
    const { job } = round;
    const place = PLACES.batch(batch.number);
    const isSelected = (at: string, index: number): boolean => at === place || results?.has(index) === true;
    for await (const page of job.rows.pages()) {
      let moves: Move[] = [];
      let bytes = 0;
      for (const row of await job.rows.rowsOf(page, isSelected)) {
        const result = await results?.read(row.index);
        if (row.place !== place) {
          if (result !== undefined) this.countEarlier(row, result.line);
        } else if (result !== undefined) moves.push(await this.moveOf(row, result.line));
        else if (unread !== undefined) {
          const { error, advances, bill } = unread;
          const targets = await round.targetsFor(row, batch);
          moves.push(this.failedMove(row, { ...targets, error, advances }, bill));
        }
        bytes += result?.bytes ?? 0;
        if (bytes < WRITE_BYTES) continue;
        await job.move(moves);
        moves = [];
        bytes = 0;
      }
      await job.move(moves);
    }
  }

  emitEnd(): void {
    const { batch, round, sum } = this;
    const { answered } = sum;
    const { ref = '', about, requests = 0 } = batch;
    const { target } = about;
    // Count the failed items from the number of requests, because an interrupted poll may have failed some of them.
    const failed = requests - answered;
    const ms = ageOf(batch, round.now());
    round.setup.emit({ type: 'batch-ended', key: round.key, target, ref, answered, failed, ms });
  }

  private async moveOf(row: BatchRow, line: BatchLine): Promise<Move> {
    const targets = await this.round.targetsFor(row, this.batch);
    let usage: Usage | undefined;
    let response: AnyResponse;
    try {
      const answer = await this.lines.read(targets.target, line);
      usage = withTier(answer.usage);
      response = { ...answer, usage };
      await checkAnswer(response, this.round.record.output);
    } catch (cause) {
      const error = asLlmFailure(cause);
      usage ??= withTier(error.details.attempts.at(-1)?.usage);
      // The vendor bills an answer, even if it cannot be read. It bills no item that it reports as failed.
      const isBilled = usage !== undefined || ('status' in line && line.status < 300);
      return this.failedMove(row, { ...targets, error }, { usage, isBilled });
    }
    const about = aboutTarget(targets.target);
    const facts = this.count(true, { usage, isBilled: true });
    return answeredMove(row, [{ ...about, outcome: 'finished', via: 'batch', ...facts }], response);
  }

  private failedMove(row: BatchRow, failure: Omit<Failure, 'position' | 'facts'>, bill = NOT_BILLED): Move {
    const { position } = this.batch;
    return moveAfter(row, { ...failure, position, facts: this.count(false, bill) }, this.round);
  }

  /** Adds an item to `sum`, and returns data for its attempt. */
  private count(
    isAnswered: boolean,
    { usage, isBilled }: Bill,
  ): Pick<ItemAttempt, 'batch' | 'ms' | 'usage' | 'nanoUsd'> {
    const { number, about } = this.batch;
    const nanoUsd = isBilled ? itemCost(usage, this.price, about) : 0n;
    this.sum.add(isAnswered, usage, nanoUsd);
    return { batch: number, ms: ageOf(this.batch, this.round.now()), usage, nanoUsd: toStored(nanoUsd) };
  }

  /** Adds to `sum` an item that an interrupted poll has already moved. */
  private countEarlier({ data }: BatchRow, line: BatchLine): void {
    const attempt = data.attempts.find(({ batch }) => batch === this.batch.number);
    if (attempt === undefined) {
      this.ignore(line);
      return;
    }
    const { outcome, usage, nanoUsd } = attempt;
    this.sum.add(outcome === 'finished', usage, nanoUsd === null ? undefined : BigInt(nanoUsd));
  }

  private ignore({ id }: BatchLine): void {
    const { batch, round } = this;
    const { ref = '', about } = batch;
    round.setup.emit({ type: 'result-ignored', key: round.key, target: about.target, ref, id });
  }
}

/** Adds the service tier, because the answers of some vendors omit it. */
function withTier<U extends Usage | undefined>(usage: U): U {
  return usage && { ...usage, details: { ...usage.details, serviceTier: 'batch' } };
}
