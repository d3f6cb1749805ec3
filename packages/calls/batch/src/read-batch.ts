import type { Price } from '@majordomo/catalog';
import { LlmError, type BatchLine, type Usage } from '@majordomo/core';
import { LineReader, withoutError } from './capture.ts';
import type { BatchRow } from './contract.ts';
import { aboutTarget, answeredMove, moveAfter, type Failure } from './item.ts';
import { endDenied, itemCost, priceOf, ResultSum, settle, settleUnprocessed } from './money.ts';
import {
  ageOf,
  indexOf,
  PLACES,
  toStored,
  type BatchRecord,
  type Move,
  type StoredAttempt,
} from './record.ts';
import type { Round } from './round.ts';
import { dataOf, type AnyResponse } from './stored-item.ts';
import { checkAnswer } from './typed.ts';
import { asLlmFailure } from './vendor-error.ts';

/** Number of lines per page. The answers of one page are in memory at the same time. */
const PAGE = 100;

/**
 * Reads the results of an ended batch and moves its items, page by page. Items without a line fail with `protocol`. Returns false
 * if the state was `trial` and the batch belongs to another client.
 */
export async function readBatch(batch: BatchRecord, round: Round): Promise<boolean> {
  const vendor = await round.vendorOf(batch);
  const reader = new BatchReader(batch, round, await priceOf(batch.about, round));
  const { ref = '', without: reason, about } = batch;
  const { target } = about;
  const missing = `${target}: the batch ended without a result for this request`;
  let error = reason ? withoutError(target, reason) : new LlmError('protocol', missing, { target });
  let page: BatchLine[] = [];
  try {
    for await (const line of round.resultsOf(vendor, ref)) {
      page.push(line);
      if (page.length < PAGE) continue;
      await reader.readPage(page);
      page = [];
    }
  } catch (cause) {
    if (!LlmError.is(cause, 'not-found')) throw cause;
    const why = `${target}: the vendor no longer has the results of batch ${ref}: ${cause.message}`;
    error = new LlmError('server', why, cause.details, { cause });
  }
  await reader.readPage(page);
  // Only a line with the id of an item shows that the batch belongs to this job. A batch whose results are gone has no line.
  if (batch.state === 'trial' && !reader.isOurs) return false;
  await reader.failOthers(error);
  await settle(batch, reader.sum, round);
  reader.emitEnd();
  return true;
}

/** Applies an error to all items of a batch that could not be created or that the vendor rejected. Returns true. */
export async function failAll(batch: BatchRecord, error: LlmError, round: Round): Promise<true> {
  const reader = new BatchReader(batch, round, undefined);
  await reader.failOthers(error);
  await settleUnprocessed(batch, round);
  if (batch.ref !== undefined) reader.emitEnd();
  return true;
}

/** Moves all items of a batch that the ledger has denied to their next targets. Returns true. */
export async function failDenied(batch: BatchRecord, error: LlmError, round: Round): Promise<true> {
  await new BatchReader(batch, round, undefined).failOthers(error, true);
  await endDenied(batch, round);
  return true;
}

/** Usage of an item, and whether the vendor may bill it. */
interface Bill {
  readonly usage: Usage | undefined;
  readonly isBilled: boolean;
}

const NOT_BILLED: Bill = { usage: undefined, isBilled: false };

class BatchReader {
  readonly sum: ResultSum = new ResultSum();
  /** Whether at least one line belonged to an item of the batch. */
  isOurs = false;
  private readonly batch: BatchRecord;
  private readonly round: Round;
  private readonly price: Price | undefined;
  private readonly lines = new LineReader();
  private readonly read = new Set<number>();

  constructor(batch: BatchRecord, round: Round, price: Price | undefined) {
    this.batch = batch;
    this.round = round;
    this.price = price;
  }

  async readPage(lines: readonly BatchLine[]): Promise<void> {
    const { batch, round } = this;
    const byIndex = new Map<number, BatchLine>();
    for (const line of lines) {
      const index = indexOf(line.id, round.record.token, batch.number);
      if (index === undefined || this.read.has(index)) this.ignore(line);
      else byIndex.set(index, line);
      if (index !== undefined) this.read.add(index);
    }
    if (byIndex.size === 0) return;
    this.isOurs = true;
    const indexes = [...byIndex.keys()];
    const rows = await round.setup.store.rows(round.key, { indexes, limit: indexes.length });
    const moves: Move[] = [];
    for (const row of rows) {
      const line = byIndex.get(row.index);
      byIndex.delete(row.index);
      if (line === undefined) continue;
      if (row.place === PLACES.batch(batch.number)) moves.push(await this.moveOf(row, line));
      else this.countEarlier(row, line);
    }
    for (const line of byIndex.values()) this.ignore(line);
    await round.move(moves);
  }

  /** Fails the items that have no result yet. */
  async failOthers(error: LlmError, advances?: boolean): Promise<void> {
    const { round, batch } = this;
    const query = { place: PLACES.batch(batch.number), limit: PAGE };
    for (;;) {
      const rows = await round.setup.store.rows(round.key, query);
      if (rows.length === 0) return;
      const moves: Move[] = [];
      for (const row of rows) {
        const targets = await round.targetsFor(row, batch);
        moves.push(this.failedMove(row, { ...targets, error, advances }));
      }
      await round.move(moves);
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
  ): Pick<StoredAttempt, 'batch' | 'ms' | 'usage' | 'nanoUsd'> {
    const { number, about } = this.batch;
    const nanoUsd = isBilled ? itemCost(usage, this.price, about) : 0n;
    this.sum.add(isAnswered, usage, nanoUsd);
    return { batch: number, ms: ageOf(this.batch, this.round.now()), usage, nanoUsd: toStored(nanoUsd) };
  }

  /** Adds to `sum` an item that an interrupted poll has already moved. */
  private countEarlier(row: BatchRow, line: BatchLine): void {
    const attempt = dataOf(row).attempts.find(({ batch }) => batch === this.batch.number);
    if (attempt === undefined) {
      this.ignore(line);
      return;
    }
    const { outcome, usage, nanoUsd } = attempt;
    this.sum.add(outcome === 'finished', usage, nanoUsd === null ? undefined : BigInt(nanoUsd));
  }

  private ignore({ id }: BatchLine): void {
    const { batch, round } = this;
    // Lines of another client's batch emit no event.
    if (batch.state === 'trial' && !this.isOurs) return;
    const { ref = '', about } = batch;
    round.setup.emit({ type: 'result-ignored', key: round.key, target: about.target, ref, id });
  }
}

/** Adds the service tier, because the answers of some vendors omit it. */
function withTier<U extends Usage | undefined>(usage: U): U {
  return usage && { ...usage, details: { ...usage.details, serviceTier: 'batch' } };
}
