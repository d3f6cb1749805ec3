import { LlmError, type BatchBackend, type PreparedTarget } from '@majordomo/core';
import { asLlmFailure, mustStop } from './vendor-error.ts';
import { captureRequest } from './capture.ts';
import type { BatchRow } from './contract.ts';
import { InputFile } from './input-file.ts';
import { aboutTarget, failedAttempt, moveAfter, type Move } from './item.ts';
import { AmountSum, ResultSum, settle } from './money.ts';
import { PLACES, type BatchRecord } from './record.ts';
import type { Round } from './round.ts';

/** Number of rows per page. Their requests are in memory at the same time. */
const PAGE = 100;

/** Planned batch and the file with its input. */
export interface PlannedBatch {
  readonly batch: BatchRecord;
  readonly input: InputFile;
}

/**
 * Moves rows of a queue to a batch and writes its input. Returns `undefined` if no row of the queue can be sent by batch. Rows of
 * another target or group remain in the queue, for the next batch.
 */
export async function planBatch(position: number, round: Round): Promise<PlannedBatch | undefined> {
  const planner = new Planner(position, undefined, round);
  return planner.run();
}

/** Writes the input of a batch whose planning or sending was interrupted. If planning was interrupted, adds rows of the queue. */
export async function replanBatch(batch: BatchRecord, round: Round): Promise<PlannedBatch | undefined> {
  const planner = new Planner(batch.position, batch, round);
  return planner.run();
}

/** Row with the line that a batch would contain. */
interface Line {
  readonly row: BatchRow;
  readonly target: PreparedTarget;
  readonly backend: BatchBackend;
  readonly group: string | undefined;
  readonly text: string;
  readonly bytes: number;
  readonly values: number;
}

class Planner {
  private readonly position: number;
  private readonly round: Round;
  private readonly amounts = new AmountSum();
  private batch: BatchRecord | undefined;
  private input: InputFile | undefined;
  private requests = 0;
  private bytes = 0;
  private values = 0;
  private isFull = false;

  constructor(position: number, batch: BatchRecord | undefined, round: Round) {
    this.position = position;
    this.batch = batch;
    this.round = round;
  }

  async run(): Promise<PlannedBatch | undefined> {
    try {
      const isSealed = this.batch?.requests !== undefined;
      if (this.batch !== undefined) await this.addFrom(PLACES.batch(this.batch.number));
      if (!isSealed) await this.addFrom(PLACES.queue(this.position));
      return await this.seal();
    } catch (error) {
      await this.input?.remove();
      throw error;
    }
  }

  private hasRoom(): boolean {
    return !this.isFull;
  }

  private async addFrom(place: string): Promise<void> {
    const { key, setup, job } = this.round;
    let after: number | undefined;
    while (this.hasRoom()) {
      const page = await setup.store.rows(key, { place, after, limit: PAGE });
      const moves: Move[] = [];
      for (const row of page) {
        const move = await this.addRow(row);
        if (move !== undefined) moves.push(move);
        if (!this.hasRoom()) break;
      }
      await this.input?.flush();
      await job.checkLock();
      if (moves.length > 0) await setup.store.move(key, moves);
      after = page.at(-1)?.index;
      if (page.length < PAGE) return;
    }
  }

  /** Adds a row to the batch, if it fits. Returns the move of the row; `undefined` if it remains where it is. */
  private async addRow(row: BatchRow): Promise<Move | undefined> {
    const line = await this.lineOf(row);
    if (!('backend' in line)) return line;
    const { backend, target, group, bytes, values } = line;
    const limits = this.limitsOf(backend);
    this.batch ??= await this.startBatch(line);
    if (target.attempt.target !== this.batch.about.target || group !== this.batch.group) return undefined;
    const to = PLACES.batch(this.batch.number);
    // The rows of a batch whose planning was interrupted fitted before.
    this.isFull =
      row.place !== to &&
      (this.requests + 1 > limits.requests ||
        this.bytes + bytes > limits.bytes ||
        this.values + values > limits.values);
    if (this.isFull) return undefined;
    this.requests++;
    this.bytes += bytes;
    this.values += values;
    const { setup, record } = this.round;
    this.input ??= new InputFile(
      setup.folder,
      batchName(record.token, this.batch),
      backend.separator ?? '\n',
    );
    this.input.add(line.text);
    await this.amounts.add(target.attempt, this.round);
    return row.place === to
      ? undefined
      : { index: row.index, from: row.place, to, data: row.data ?? NO_ATTEMPTS };
  }

  /** Returns the line of a row, or the move of a row that its target cannot accept. */
  private async lineOf(row: BatchRow): Promise<Line | Move> {
    const { round, position } = this;
    let chain: readonly PreparedTarget[];
    try {
      chain = await round.chainFor(row);
    } catch (cause) {
      const error = asLlmFailure(cause);
      if (error.kind === 'config' || mustStop(error) || error.kind === 'aborted') throw error;
      return moveAfter(row, this.failure(undefined, error, undefined, false), round);
    }
    const target = chain[position];
    const next = chain[position + 1];
    if (target === undefined)
      throw new LlmError(
        'config',
        `the chain "${round.record.spec}" has no target ${position + 1}; restore its targets`,
      );
    const { batch: backend, refusal } = target;
    // A gate that denies one target may admit the next one.
    if (refusal !== undefined) return this.refuse(row, target, refusal, next, refusal.kind === 'denied');
    if (backend === undefined) return this.skip(row, target, next);
    try {
      const { body, headers } = await captureRequest(target);
      const { text, group } = backend.line(
        customId(round.record.token, this.nextNumber, row.index),
        body,
        headers,
      );
      const bytes = Buffer.byteLength(text) + (backend.separator ?? '\n').length;
      const { payload } = target.attempt;
      const values = payload !== undefined && 'values' in payload ? payload.values.length : 0;
      const limits = this.limitsOf(backend);
      if (bytes > limits.bytes || values > limits.values) throw tooLargeError(target, bytes, limits.bytes);
      return { row, target, backend, group, text, bytes, values };
    } catch (cause) {
      const error = asLlmFailure(cause);
      if (mustStop(error) || error.kind === 'aborted') throw error;
      return this.refuse(row, target, error, next);
    }
  }

  private get nextNumber(): number {
    return this.batch?.number ?? this.round.record.batches.length;
  }

  private refuse(
    row: BatchRow,
    target: PreparedTarget,
    error: LlmError,
    next: PreparedTarget | undefined,
    advances: boolean = target.decide(error).advance,
  ): Move {
    return moveAfter(row, this.failure(target, error, next, advances), this.round);
  }

  private skip(row: BatchRow, target: PreparedTarget, next: PreparedTarget | undefined): Move {
    const { key, setup, skipped } = this.round;
    const { target: name } = target.attempt;
    const why = 'has no batch API for this request';
    if (!skipped.has(name)) setup.emit({ type: 'target-skipped', key, target: name, why });
    skipped.add(name);
    return this.refuse(row, target, new LlmError('unsupported', `${name} ${why}`, { target: name }), next);
  }

  private failure(
    target: PreparedTarget | undefined,
    error: LlmError,
    next: PreparedTarget | undefined,
    advances: boolean,
  ): Parameters<typeof moveAfter>[1] {
    const about = target === undefined ? { target: this.round.record.spec } : aboutTarget(target);
    const attempt = failedAttempt(about, error, { ms: 0, outcome: 'skipped' });
    return { attempt, error, advances, position: this.position, next };
  }

  private limitsOf({ limits }: BatchBackend): {
    readonly requests: number;
    readonly bytes: number;
    readonly values: number;
  } {
    const { requests = Infinity, bytes = Infinity } = this.round.setup.most;
    return {
      requests: Math.min(limits.requests, requests),
      bytes: Math.min(limits.bytes - ENVELOPE_BYTES, bytes),
      values: limits.values ?? Infinity,
    };
  }

  /** Saves the batch before any row moves to it. */
  private async startBatch({ target, group }: Line): Promise<BatchRecord> {
    const batch: BatchRecord = {
      number: this.round.record.batches.length,
      position: this.position,
      about: aboutTarget(target),
      isEmbedding: target.attempt.operation === 'embedding',
      group,
      state: 'planned',
      notRefs: [],
      completed: 0,
    };
    this.round.record.batches.push(batch);
    await this.round.job.save();
    return batch;
  }

  /** Saves the number of requests. From then on, the rows of the batch do not change. */
  private async seal(): Promise<PlannedBatch | undefined> {
    const { batch, input, requests } = this;
    if (batch === undefined) return undefined;
    const wasSealed = batch.requests !== undefined;
    if (requests === 0) {
      if (wasSealed) await settle(batch, new ResultSum(), this.round);
      batch.state = 'read';
    }
    batch.requests = requests;
    batch.most = this.amounts.toJson();
    await this.round.job.save();
    return input && { batch, input };
  }
}

const NO_ATTEMPTS = JSON.stringify({ attempts: [] });
/** Size that a vendor may add around the lines, such as `{"requests":[]}`. */
const ENVELOPE_BYTES = 64;

/** Returns the name of a batch in files and metadata. */
export const batchName = (token: string, { number }: Pick<BatchRecord, 'number'>): string =>
  `${token}-${number}`;

const customId = (token: string, number: number, index: number): string => `${token}-${number}-${index}`;

/** Returns the item's index from the id of a line, or `undefined` for a line of another batch. */
export function indexOf(id: string, token: string, { number }: BatchRecord): number | undefined {
  const start = `${token}-${number}-`;
  const index = id.slice(start.length);
  return id.startsWith(start) && /^\d{1,15}$/.test(index) ? Number(index) : undefined;
}

const tooLargeError = ({ attempt: { target } }: PreparedTarget, bytes: number, most: number): LlmError =>
  new LlmError(
    'invalid-request',
    `${target}: the request has ${bytes} bytes, but a batch may have at most ${most}, or it has too many values; send it as a live call`,
    { target, code: 'too-large' },
  );
