import type { RunState } from '@majordomo/agent';
import { fromJson, toJson, type Message } from '@majordomo/core';
import { Semaphore } from '@majordomo/core/toolkit';
import type { A2aStore } from './options.ts';

/** Time after which a task without a sign of life of its process has failed, in milliseconds. */
export const LEASE_MS = 30_000;

/** Time for which tasks, conversations and waiting runs are stored after their last change: 7 days, in milliseconds. */
export const LIFETIME_MS: number = 7 * 24 * 60 * 60 * 1000;

/** Run that waits for a reply. */
export interface WaitingRun {
  readonly state: RunState;
  /** Number of messages of the conversation before the task. */
  readonly earlier: number;
  /** Ids of the messages that have continued the run before. */
  readonly replies: readonly string[];
}

/** Leases, waiting runs and conversations of tasks in the application's store. */
export class RunRecords {
  private readonly store: A2aStore;
  /** Admits one change at a time that depends on the stored value. */
  private readonly lock = new Semaphore(1);

  constructor(store: A2aStore) {
    this.store = store;
  }

  /** States that this process works on the task, for the next 30 seconds. */
  async hold(taskId: string): Promise<void> {
    await this.store.set(leaseKey(taskId), true, LEASE_MS);
  }

  /** Whether a process has worked on the task in the last 30 seconds. */
  async isHeld(taskId: string): Promise<boolean> {
    return (await this.store.get(leaseKey(taskId))) !== undefined;
  }

  /** Asks the process that works on the task to cancel it. */
  async requestCancel(taskId: string): Promise<void> {
    await this.store.set(cancelKey(taskId), true, LEASE_MS);
  }

  async isCancelRequested(taskId: string): Promise<boolean> {
    return (await this.store.get(cancelKey(taskId))) !== undefined;
  }

  async saveWaiting(taskId: string, { state, earlier, replies }: WaitingRun): Promise<void> {
    await this.store.set(waitingKey(taskId), { state: toJson(state), earlier, replies }, LIFETIME_MS);
  }

  async waiting(taskId: string): Promise<WaitingRun | undefined> {
    const stored = (await this.store.get(waitingKey(taskId))) as WaitingRun | undefined;
    return stored && { state: fromJson(stored.state), earlier: stored.earlier, replies: stored.replies };
  }

  /** Returns the waiting run and removes it, so that only one of several replies and cancellations gets it. */
  takeWaiting(taskId: string): Promise<WaitingRun | undefined> {
    return this.lock.run(new AbortController().signal, async () => {
      const waiting = await this.waiting(taskId);
      if (waiting === undefined) return undefined;
      return (await this.store.delete(waitingKey(taskId))) === false ? undefined : waiting;
    });
  }

  /** Removes what only an unfinished task needs. */
  async forget(taskId: string): Promise<void> {
    await Promise.all([this.store.delete(leaseKey(taskId)), this.store.delete(waitingKey(taskId))]);
  }

  /** Returns the transcript of the earlier tasks of a conversation. */
  async conversation(scope: string, contextId: string): Promise<readonly Message[]> {
    const stored = await this.store.get(conversationKey(scope, contextId));
    return stored === undefined ? [] : fromJson(stored);
  }

  /** Appends the messages of an ended task. Another task of the conversation may have ended since this task began. */
  async append(scope: string, contextId: string, messages: readonly Message[]): Promise<void> {
    await this.lock.run(new AbortController().signal, async () => {
      const earlier = await this.conversation(scope, contextId);
      const all = toJson([...earlier, ...messages]);
      await this.store.set(conversationKey(scope, contextId), all, LIFETIME_MS);
    });
  }
}

const leaseKey = (taskId: string): string => `a2a/lease/${encodeURIComponent(taskId)}`;
const cancelKey = (taskId: string): string => `a2a/cancel/${encodeURIComponent(taskId)}`;
const waitingKey = (taskId: string): string => `a2a/run/${encodeURIComponent(taskId)}`;
const conversationKey = (scope: string, contextId: string): string =>
  `a2a/context/${scope}/${encodeURIComponent(contextId)}`;
