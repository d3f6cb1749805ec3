import type { TaskStore } from '@a2a-js/sdk/server';
import type { Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { CallContext } from './call-context.ts';
import type { RunRecords } from './run-records.ts';

/** Time between two searches for tasks of killed processes, in milliseconds. */
const SEARCH_MS = 10_000;

/** Dependencies of `LostRuns`. */
export interface LostRunsIo {
  readonly records: Pick<RunRecords, 'lost' | 'find' | 'removeLost'>;
  /** Task store that marks lost tasks as failed. */
  readonly tasks: Pick<TaskStore, 'load'>;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** Finds the tasks of killed processes, so that webhooks are notified although no client reads the tasks. */
export class LostRuns {
  private readonly io: LostRunsIo;
  private searchedAt = -Infinity;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  constructor(io: LostRunsIo) {
    this.io = io;
  }

  /** Begins a search, unless the last one began less than 10 seconds ago, and repeats it in the background. */
  search(): void {
    if (!this.isClosed && this.io.clock.now() - this.searchedAt >= SEARCH_MS) this.begin();
  }

  /** Begins a search at any time, because a timer may fire a millisecond early by the clock. */
  private begin(): void {
    const { clock, onError } = this.io;
    this.searchedAt = clock.now();
    this.cancelTimer?.();
    this.cancelTimer = clock.timer(
      SEARCH_MS,
      () => {
        this.begin();
      },
      { isBackground: true },
    );
    this.searchAll().catch((error: unknown) => {
      notify(onError, error);
    });
  }

  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  private async searchAll(): Promise<void> {
    const { records, onError } = this.io;
    for (const taskId of await records.lost())
      // A run or task that cannot be read does not hide the others.
      await this.end(taskId).catch((error: unknown) => {
        notify(onError, error);
      });
  }

  private async end(taskId: string): Promise<void> {
    const { records, tasks } = this.io;
    const run = await records.find(taskId);
    if (run === undefined || run.isHeld || run.isWaiting) return;
    const { tenant, user } = run.owner;
    const context = new CallContext({ user }, { version: undefined, extensions: [] });
    context.setTenant(tenant);
    // Marks the task as failed, notifies its webhooks and removes the run.
    await tasks.load(taskId, context);
    // `load` leaves the run of a task that has ended or expired. It is not needed.
    await records.removeLost(run);
  }
}
