import { LlmError, type BatchBackend, type PreparedTarget } from '@majordomo/core';
import { captureRequest } from '../vendor/capture.ts';
import { InputFile, removeInputs } from '../files/input-file.ts';
import { aboutTarget, failedMove, moveAfter } from './move-item.ts';
import { AmountSum, settleUnprocessed } from './money.ts';
import { batchName, customId, inputName, PLACES, type BatchRecord } from '../record/record.ts';
import type { Round } from './round.ts';
import type { BatchRow, Move } from '../record/rows.ts';
import { asLlmFailure, rejectsPoll } from '../vendor/vendor-error.ts';

/** Maximum size of the text that a vendor adds around the lines, such as `{"requests":[]}`, in bytes. */
const ENVELOPE_BYTES = 64;

/** Planned batch and the file with its input. */
export interface PlannedBatch {
  readonly batch: BatchRecord;
  readonly input: InputFile;
}

/**
 * Moves rows of a queue to a batch and writes the batch's input. Rows of another target or group remain in the queue.
 * With `batch`, continues the planning of this batch, or writes its input again. Returns `undefined` if no row can be sent;
 * a batch that was planned before then ends.
 */
export async function planBatch(
  position: number,
  round: Round,
  batch?: BatchRecord,
): Promise<PlannedBatch | undefined> {
  const planner = new Planner(position, round, batch);
  try {
    return await planner.run();
  } catch (error) {
    await planner.input?.remove();
    throw error;
  }
}

/** Line of the input for one row. */
interface Line {
  readonly target: PreparedTarget;
  readonly backend: BatchBackend;
  readonly group: string | undefined;
  readonly text: string;
  readonly bytes: number;
  /** Number of values of an embedding; 0 for a chat. */
  readonly values: number;
}

/** Planning of one batch, which takes rows until the batch is full. */
class Planner {
  input: InputFile | undefined;
  private readonly position: number;
  private readonly round: Round;
  private batch: BatchRecord | undefined;
  private readonly amounts = new AmountSum();
  private bytes = 0;
  private values = 0;
  private isFull = false;

  constructor(position: number, round: Round, batch: BatchRecord | undefined) {
    this.position = position;
    this.round = round;
    this.batch = batch;
  }

  async run(): Promise<PlannedBatch | undefined> {
    const { round, amounts } = this;
    const isComplete = this.batch?.requests !== undefined;
    if (this.batch !== undefined) await this.addFrom(PLACES.batch(this.batch.number));
    if (!isComplete) await this.addFrom(PLACES.queue(this.position));
    const { batch, input } = this;
    await input?.close();
    if (batch === undefined) return undefined;
    // After `requests` is saved, no further row is added to the batch.
    batch.requests = amounts.requests;
    if (input === undefined) {
      await settleUnprocessed(batch, round);
      return undefined;
    }
    batch.most = amounts.total();
    await round.job.save();
    return { batch, input };
  }

  private async addFrom(place: string): Promise<void> {
    const { job } = this.round;
    for await (const page of job.pagesAt(place)) {
      const moves: Move[] = [];
      for (const row of await job.rows.rowsOf(page, (at) => at === place)) {
        const move = await this.addRow(row);
        if (move !== undefined) moves.push(move);
        if (this.isFull) break;
      }
      // Moving first also checks the lease before the file is changed.
      await job.move(moves);
      await this.input?.flush();
      if (this.isFull) return;
    }
  }

  /** Adds a row to the batch if the row fits. Returns the move of the row, or `undefined` if its place does not change. */
  private async addRow(row: BatchRow): Promise<Move | undefined> {
    const line = await this.lineOf(row);
    if (!('backend' in line)) return line;
    const { target, backend, group, text, bytes, values } = line;
    this.batch ??= await this.startBatch(line);
    const { number, about } = this.batch;
    const to = PLACES.batch(number);
    if (target.attempt.target !== about.target || group !== this.batch.group) {
      // The chain or the settings of its target have changed since an interrupted planning moved the row to the batch.
      const queue = PLACES.queue(this.position);
      return row.place === to ? { row, to: queue } : undefined;
    }
    const limits = this.limitsOf(backend);
    // Do not check a row that an interrupted planning has already moved to the batch, because the row fits.
    this.isFull =
      row.place !== to &&
      (this.amounts.requests >= limits.requests ||
        this.bytes + bytes > limits.bytes ||
        this.values + values > limits.values);
    if (this.isFull) return undefined;
    if (this.input === undefined) this.input = await this.newInput(number);
    else this.input.add(backend.separator ?? '\n');
    this.input.add(text);
    this.bytes += bytes;
    this.values += values;
    await this.amounts.add(target.attempt, this.round);
    return row.place === to ? undefined : { row, to };
  }

  /** Returns the input file of this process, and deletes those of earlier holders of the lease. */
  private async newInput(number: number): Promise<InputFile> {
    const { setup, record, job } = this.round;
    await job.checkLease();
    await removeInputs(setup.folder, batchName(record.token, number), job.fence);
    return new InputFile(setup.folder, inputName(record.token, number, job.fence));
  }

  /** Returns the line of a row, or the move of the row if the target cannot accept the row. */
  private async lineOf(row: BatchRow): Promise<Line | Move> {
    const { round, position } = this;
    let target: PreparedTarget | undefined;
    let next: PreparedTarget | undefined;
    try {
      [target, next] = (await round.chainFor(row)).slice(position);
      if (target === undefined) throw missingTargetError(round.record.spec, position);
      const { refusal, batch: backend } = target;
      if (refusal !== undefined) throw refusal;
      if (backend === undefined) throw this.skippedError(target);
      return await this.encode(row, target, backend);
    } catch (cause) {
      const error = asLlmFailure(cause);
      const isRefusal = error === target?.refusal;
      if (!isRefusal && rejectsPoll(error)) throw error;
      if (target === undefined) return failedMove(row, [], error);
      // Move to the next target after a denial, because the gate may admit that target.
      const advances = isRefusal && error.kind === 'denied' ? true : undefined;
      return moveAfter(
        row,
        { target, next, error, position, advances, facts: { outcome: 'skipped' } },
        round,
      );
    }
  }

  private async encode(row: BatchRow, target: PreparedTarget, backend: BatchBackend): Promise<Line> {
    const { body, headers } = await captureRequest(target);
    const { batches, token } = this.round.record;
    // Without a batch, `startBatch` creates one with the next number.
    const id = customId(token, this.batch?.number ?? batches.length, row.index);
    const { text, group } = backend.line(id, body, headers);
    const bytes = Buffer.byteLength(text) + (backend.separator ?? '\n').length;
    const { payload } = target.attempt;
    const values = payload !== undefined && 'values' in payload ? payload.values.length : 0;
    const limits = this.limitsOf(backend);
    if (bytes > limits.bytes || values > limits.values) throw tooLargeError(target, bytes, limits.bytes);
    return { target, backend, group, text, bytes, values };
  }

  private skippedError({ attempt: { target } }: PreparedTarget): LlmError {
    const { key, setup, skipped } = this.round;
    const why = 'has no batch API for this request';
    if (!skipped.has(target)) setup.emit({ type: 'target-skipped', key, target, why });
    skipped.add(target);
    return new LlmError('unsupported', `${target} ${why}`, { target });
  }

  private limitsOf({ limits }: BatchBackend): Record<'requests' | 'bytes' | 'values', number> {
    const { requests = Infinity, bytes = Infinity } = this.round.setup.most;
    return {
      requests: Math.min(limits.requests, requests),
      bytes: Math.min(limits.bytes - ENVELOPE_BYTES, bytes),
      values: limits.values ?? Infinity,
    };
  }

  /** Creates a batch, and saves it before any row moves to it. */
  private async startBatch({ target, group }: Line): Promise<BatchRecord> {
    const { record, job } = this.round;
    const { length: number } = record.batches;
    const isEmbedding = target.attempt.operation === 'embedding';
    const facts = { number, position: this.position, about: aboutTarget(target), isEmbedding, group };
    const batch: BatchRecord = { ...facts, state: 'planned', notRefs: [], completed: 0 };
    record.batches.push(batch);
    await job.save();
    return batch;
  }
}

const missingTargetError = (spec: string, position: number): LlmError =>
  new LlmError('config', `the chain "${spec}" has no target ${position + 1}; restore its targets`);

const tooLargeError = ({ attempt: { target } }: PreparedTarget, bytes: number, most: number): LlmError =>
  new LlmError(
    'invalid-request',
    `${target}: the request has ${bytes} bytes (a batch accepts ${most}) or too many values; use a live call`,
    { target, code: 'too-large' },
  );
