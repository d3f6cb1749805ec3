import { LlmError, messageOf, type Clock } from '@majordomo/core';
import { notify, withTimeout } from '@majordomo/core/toolkit';
import type { CallEntry } from './call.ts';
import { callStats } from './call-stats.ts';
import type { CallStore } from './call-store.ts';

/** Maximum number of entries in one write, and the time after which no further entries are converted for it, in milliseconds. */
const BATCH = 200;
const SLICE_MS = 10;
/** Maximum wait for the store, in milliseconds. After a timeout, the entries are written again and replace stored entries. */
const TIMEOUT_MS = 10_000;
const RETRY_MS = 1000;
const PRUNE_EVERY_MS = 3_600_000;
const MAX_PRUNED = 1000;
/** Maximum age of an hour whose sums `prune` stores, in milliseconds. */
const SUMMED_MS = 86_400_000;

/** Source of an entry, such as a call. */
export interface Loggable {
  toEntry(): CallEntry;
  /** Called after the entry has been stored. */
  onWritten?(): void;
}

/** Settings of a writer. Times are in milliseconds. */
export interface CallWriterOptions {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly flushMs: number;
  readonly maxPending: number;
  readonly keepMs: number;
  readonly keepContentMs: number;
  readonly onError: ((error: LlmError, about: { readonly dropped: number }) => void) | undefined;
}

/** Writer of entries and of the sums of hours. Deletes old entries. Above `maxPending`, drops the oldest waiting entries. */
export class CallWriter {
  /** Number of entries dropped since the start. */
  dropped = 0;
  private readonly options: CallWriterOptions;
  private pending = new Set<Loggable>();
  private writing: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  /** Whether the last write failed. Then `flush` schedules the next attempt, and `add` does not. */
  private isDown = false;
  /** Value of `dropped` at the last report. */
  private reported = 0;
  private pruneAt = 0;

  constructor(options: CallWriterOptions) {
    this.options = options;
  }

  /** Queues an entry. An entry that was already written is written again in its current state. */
  add(entry: Loggable): void {
    this.pending.add(entry);
    this.dropOldest();
    if (!this.isDown) this.schedule(this.options.flushMs);
  }

  /** Writes the waiting entries. Never rejects. If a write fails, retries it after a pause. */
  flush(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
      if (this.pending.size > 0) this.schedule(RETRY_MS);
    });
    return this.writing;
  }

  /** Stops writing. Entries that are not stored are lost. */
  stop(): void {
    this.cancelTimer?.();
    // As long as the member is set, `schedule` starts no timer.
    this.cancelTimer = () => undefined;
    this.dropped += this.pending.size;
    this.pending.clear();
  }

  private schedule(ms: number): void {
    this.cancelTimer ??= this.options.clock.timer(
      ms,
      () => {
        this.cancelTimer = undefined;
        void this.flush();
      },
      { isBackground: true },
    );
  }

  private async write(): Promise<void> {
    while (this.pending.size > 0) {
      const { batch, entries } = this.take();
      try {
        const { store, clock } = this.options;
        await withTimeout(store.append(entries), TIMEOUT_MS, clock);
      } catch (error) {
        this.onFailure(batch, error);
        return;
      }
      this.isDown = false;
      for (const entry of batch) entry.onWritten?.();
    }
    await this.prune();
  }

  /** Takes the oldest entries, at least one. Content of megabytes takes long to convert, and must not delay calls. */
  private take(): { readonly batch: readonly Loggable[]; readonly entries: readonly CallEntry[] } {
    const { clock } = this.options;
    const batch: Loggable[] = [];
    const entries: CallEntry[] = [];
    const end = clock.now() + SLICE_MS;
    for (const entry of this.pending) {
      const isFull = batch.length >= BATCH;
      const isLate = batch.length > 0 && clock.now() >= end;
      if (isFull || isLate) break;
      this.pending.delete(entry);
      batch.push(entry);
      entries.push(entry.toEntry());
    }
    return { batch, entries };
  }

  private onFailure(batch: readonly Loggable[], error: unknown): void {
    this.pending = new Set([...batch, ...this.pending]);
    this.dropOldest();
    if (this.isDown) return;
    this.isDown = true;
    const failure = LlmError.is(error)
      ? error
      : new LlmError('server', `the store of the call log failed: ${messageOf(error)}`, {}, { cause: error });
    notify(this.options.onError, failure, { dropped: this.dropped - this.reported });
    this.reported = this.dropped;
  }

  private dropOldest(): void {
    for (const oldest of this.pending) {
      if (this.pending.size <= this.options.maxPending) return;
      this.pending.delete(oldest);
      this.dropped++;
    }
  }

  private async prune(): Promise<void> {
    const { store, clock, keepMs, keepContentMs } = this.options;
    const now = clock.now();
    if (now < this.pruneAt) return;
    this.pruneAt = now + PRUNE_EVERY_MS;
    const before = { entries: new Date(now - keepMs), content: new Date(now - keepContentMs) };
    // If a deletion fails, the next deletion also deletes these entries.
    const deleted = await withTimeout(store.prune(before, MAX_PRUNED), TIMEOUT_MS, clock).catch(() => 0);
    // Further entries may be old enough, so the next write prunes again.
    if (deleted >= MAX_PRUNED) this.pruneAt = now;
    // Store the sums of the last hours, so that a later query of a long range need not compute them.
    const from = new Date(now - SUMMED_MS);
    if (store.hours !== undefined)
      await withTimeout(callStats(store, { by: [], from }), TIMEOUT_MS, clock).catch(() => undefined);
  }
}
