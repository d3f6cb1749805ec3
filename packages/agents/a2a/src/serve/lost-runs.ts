import { TaskState } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import type { Clock } from '@majordomo/core';
import { notify, Semaphore } from '@majordomo/core/toolkit';
import { CallContext } from './call-context.ts';
import type { A2aStore } from './options.ts';
import { LIFETIME_MS } from './run-records.ts';

/** Time between two searches for tasks of killed processes, in milliseconds. */
const SEARCH_MS = 10_000;

/** Task on which a process works. */
interface Run {
  readonly taskId: string;
  readonly tenant: string;
  readonly user: string;
}

/** Dependencies of `LostRuns`. */
export interface LostRunsIo {
  readonly store: A2aStore;
  /** Task store that marks lost tasks as failed. */
  readonly tasks: Pick<TaskStore, 'load'>;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/**
 * Finds the tasks of killed processes, so that webhooks are notified although no client reads the tasks. Each process stores the
 * tasks on which it works in a list that only this process writes, and its id in the list of all processes.
 */
export class LostRuns {
  private readonly io: LostRunsIo;
  private readonly processId: string = crypto.randomUUID();
  private readonly runs = new Map<string, Run>();
  /** Admits one change of the lists at a time. */
  private readonly lock = new Semaphore(1);
  private searchedAt = -Infinity;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  constructor(io: LostRunsIo) {
    this.io = io;
  }

  async add(taskId: string, { tenant = '', user }: ServerCallContext): Promise<void> {
    this.runs.set(taskId, { taskId, tenant, user: user?.userName ?? '' });
    await this.io.store.set(claimKey(taskId), true, LIFETIME_MS);
    await this.write();
  }

  async remove(taskId: string): Promise<void> {
    if (!this.runs.delete(taskId)) return;
    await this.io.store.delete(claimKey(taskId));
    await this.write();
  }

  /** Returns whether this call is the first one for a lost task, also in other processes. */
  async claim(taskId: string): Promise<boolean> {
    return (await this.io.store.delete(claimKey(taskId))) !== false;
  }

  /** Begins a search, unless the last one began less than 10 seconds ago, and repeats it in the background. */
  search(): void {
    const { clock, onError } = this.io;
    if (this.isClosed || clock.now() - this.searchedAt < SEARCH_MS) return;
    this.searchedAt = clock.now();
    this.cancelTimer?.();
    this.cancelTimer = clock.timer(
      SEARCH_MS,
      () => {
        this.search();
      },
      true,
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
    // Another process may have replaced the list at the same time.
    if (this.runs.size > 0) await this.write();
    for (const processId of await this.processes()) {
      if (processId === this.processId || (await this.isWorking(processId))) continue;
      await this.changeProcesses((ids) => ids.filter((id) => id !== processId));
    }
  }

  /** Reads the tasks of a process, which marks them as failed if the process was killed. Returns whether it works on a task. */
  private async isWorking(processId: string): Promise<boolean> {
    const { store, tasks } = this.io;
    const runs = ((await store.get(runsKey(processId))) ?? []) as readonly Run[];
    let isWorking = false;
    for (const { taskId, tenant, user } of runs) {
      const context = new CallContext({ user }, { version: undefined, extensions: [] });
      context.setTenant(tenant);
      const task = await tasks.load(taskId, context);
      if (task?.status?.state === TaskState.TASK_STATE_WORKING) isWorking = true;
    }
    return isWorking;
  }

  private async write(): Promise<void> {
    await this.lock.run(new AbortController().signal, async () => {
      await this.io.store.set(runsKey(this.processId), [...this.runs.values()], LIFETIME_MS);
    });
    await this.changeProcesses((ids) => (ids.includes(this.processId) ? ids : [...ids, this.processId]));
  }

  private async processes(): Promise<readonly string[]> {
    return ((await this.io.store.get(PROCESSES_KEY)) ?? []) as readonly string[];
  }

  private async changeProcesses(change: (ids: readonly string[]) => readonly string[]): Promise<void> {
    await this.lock.run(new AbortController().signal, async () => {
      const ids = await this.processes();
      const changed = change(ids);
      if (changed.length !== ids.length) await this.io.store.set(PROCESSES_KEY, changed, LIFETIME_MS);
    });
  }
}

const PROCESSES_KEY = 'a2a/processes';
const runsKey = (processId: string): string => `a2a/process/${processId}`;
const claimKey = (taskId: string): string => `a2a/claim/${encodeURIComponent(taskId)}`;
