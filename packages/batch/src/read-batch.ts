import type { Price } from '@majordomo/catalog';
import { LlmError, type BatchLine, type PreparedTarget, type Usage } from '@majordomo/core';
import { readLine } from './capture.ts';
import type { BatchRow } from './contract.ts';
import { aboutTarget, answeredMove, failedAttempt, moveAfter, type Move } from './item.ts';
import { itemCost, priceOf, ResultSum, settle } from './money.ts';
import { indexOf } from './plan-batch.ts';
import { PLACES, type BatchRecord, type StoredAttempt } from './record.ts';
import type { Round } from './round.ts';
import { dataOf, type AnyResponse } from './stored-item.ts';
import { checkAnswer } from './typed.ts';
import type { Vendor } from './vendor.ts';
import { asLlmFailure } from './vendor-error.ts';

/** Number of lines per page. Their answers are in memory at the same time. */
const PAGE = 100;

/**
 * Reads the results of an ended batch and moves its items, page by page. Items without a line fail with `protocol`. Returns false
 * if `ref` was on trial and is a batch of another client.
 */
export async function readBatch(batch: BatchRecord, vendor: Vendor, round: Round): Promise<boolean> {
  const reader = new BatchReader(batch, round, await priceOf(batch.about, round));
  const { ref = '', about } = batch;
  let page: BatchLine[] = [];
  for await (const line of vendor.backend.results(ref, vendor.context)) {
    page.push(line);
    if (page.length < PAGE) continue;
    await reader.readPage(page);
    page = [];
  }
  await reader.readPage(page);
  if (batch.state === 'trial' && !reader.isOurs) return false;
  await reader.failOthers(
    () =>
      new LlmError('protocol', `${about.target}: the batch ended without a result for this request`, {
        target: about.target,
      }),
  );
  await endBatch(batch, reader.sum, round);
  const { answered, failed } = reader.sum;
  round.setup.emit({ type: 'batch-ended', key: round.key, target: about.target, ref, answered, failed });
  return true;
}

/** Fails all items of a batch whose requests the vendor did not accept. Returns true. */
export async function failAll(
  batch: BatchRecord,
  error: LlmError,
  { isReserved = true, advances }: { readonly isReserved?: boolean; readonly advances?: boolean },
  round: Round,
): Promise<true> {
  const reader = new BatchReader(batch, round, undefined);
  await reader.failOthers(() => error, advances);
  await endBatch(batch, isReserved ? new ResultSum() : undefined, round);
  return true;
}

/** Books the cost of a batch. Afterwards only its files remain to be deleted. */
export async function endBatch(batch: BatchRecord, sum: ResultSum | undefined, round: Round): Promise<void> {
  if (sum !== undefined) await settle(batch, sum, round);
  batch.nanoUsd = sum === undefined ? '0' : sum.storedCost;
  batch.state = 'ended';
  await round.job.save();
}

class BatchReader {
  readonly sum: ResultSum = new ResultSum();
  /** Whether at least one line belonged to an item of the batch. */
  isOurs = false;
  private readonly batch: BatchRecord;
  private readonly round: Round;
  private readonly price: Price | undefined;
  private readonly read = new Set<number>();

  constructor(batch: BatchRecord, round: Round, price: Price | undefined) {
    this.batch = batch;
    this.round = round;
    this.price = price;
  }

  async readPage(lines: readonly BatchLine[]): Promise<void> {
    const { batch, round } = this;
    const { store } = round.setup;
    const byIndex = new Map<number, BatchLine>();
    for (const line of lines) {
      const index = indexOf(line.id, round.record.token, batch);
      if (index === undefined || this.read.has(index)) this.ignore(line);
      else byIndex.set(index, line);
      if (index !== undefined) this.read.add(index);
    }
    if (byIndex.size === 0) return;
    this.isOurs = true;
    const rows = await store.rows(round.key, { indexes: [...byIndex.keys()], limit: byIndex.size });
    const moves: Move[] = [];
    for (const row of rows) {
      const line = byIndex.get(row.index);
      byIndex.delete(row.index);
      if (line === undefined) continue;
      if (row.place === PLACES.batch(batch.number)) moves.push(await this.moveOf(row, line));
      else this.countEarlier(row, line);
    }
    for (const line of byIndex.values()) this.ignore(line);
    await this.move(moves);
  }

  /** Fails the items that have no result yet. */
  async failOthers(errorFor: () => LlmError, advances?: boolean): Promise<void> {
    const { round, batch } = this;
    const place = PLACES.batch(batch.number);
    for (;;) {
      const rows = await round.setup.store.rows(round.key, { place, limit: PAGE });
      if (rows.length === 0) return;
      const moves: Move[] = [];
      for (const row of rows) {
        const { current, next } = await round.targetsFor(row, batch);
        moves.push(this.failedMove(row, current, next, errorFor(), undefined, advances));
      }
      await this.move(moves);
    }
  }

  private async moveOf(row: BatchRow, line: BatchLine): Promise<Move> {
    const { current, next } = await this.round.targetsFor(row, this.batch);
    let response: AnyResponse | undefined;
    try {
      response = withTier(await readLine(current, line));
      await checkAnswer(response, this.round.record.output);
    } catch (cause) {
      const error = asLlmFailure(cause);
      const usage = response?.usage ?? withTier(error.details.attempts.at(-1) ?? { usage: undefined }).usage;
      return this.failedMove(row, current, next, error, usage);
    }
    const nanoUsd = itemCost(response.usage, this.price, aboutTarget(current)).nanoUsd;
    this.sum.add(true, response.usage, nanoUsd);
    const attempt = {
      ...this.facts(nanoUsd),
      ...aboutTarget(current),
      outcome: 'finished',
      via: 'batch',
      usage: response.usage,
    } as const;
    return answeredMove(row, attempt, response);
  }

  private failedMove(
    row: BatchRow,
    current: PreparedTarget,
    next: PreparedTarget | undefined,
    error: LlmError,
    usage: Usage | undefined,
    advances: boolean = current.decide(error).advance,
  ): Move {
    const about = aboutTarget(current);
    const nanoUsd = usage === undefined ? 0n : itemCost(usage, this.price, about).nanoUsd;
    this.sum.add(false, usage, nanoUsd);
    const attempt = failedAttempt(about, error, { ...this.facts(nanoUsd), usage });
    return moveAfter(row, { attempt, error, advances, position: this.batch.position, next }, this.round);
  }

  private facts(nanoUsd: bigint | undefined): Pick<StoredAttempt, 'batch' | 'ms' | 'nanoUsd'> {
    const { number, createdAt } = this.batch;
    const ms = createdAt === undefined ? 0 : Math.max(0, this.round.now() - createdAt);
    return { batch: number, ms, nanoUsd: nanoUsd === undefined ? null : String(nanoUsd) };
  }

  /** Counts an item that an interrupted poll has already moved. */
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

  private async move(moves: readonly Move[]): Promise<void> {
    if (moves.length === 0) return;
    await this.round.job.checkLock();
    await this.round.setup.store.move(this.round.key, moves);
  }
}

/** Adds the service tier, because the answers of some vendors omit it. */
function withTier<T extends { readonly usage: Usage | undefined }>(result: T): T {
  const { usage } = result;
  return usage === undefined
    ? result
    : { ...result, usage: { ...usage, details: { ...usage.details, serviceTier: 'batch' } } };
}
