import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { LlmError, type Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { isEnded } from '../messages.ts';
import { LEASE_MS, type RunRecords } from './run-records.ts';

/** Time between two looks at the task, in milliseconds. */
const LOOK_MS = 1000;
const RENEW_MS = 10_000;

/** Task whose lease this process keeps. */
export interface KeptTask {
  readonly taskId: string;
  readonly context: ServerCallContext;
  /** Called if a client has canceled the task at another process. */
  readonly onCanceled: () => void;
  /** Called if another process has ended the task. */
  readonly onEnded: () => void;
  /** Called if the lease could not be renewed, so that other processes regard the task as failed. */
  readonly onLost: (error: LlmError) => void;
}

/** Dependencies of `keepLease`. */
export interface LeaseIo {
  readonly tasks: Pick<TaskStore, 'load'>;
  readonly records: RunRecords;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** Renews the lease of a task until the returned function is called. */
export function keepLease(task: KeptTask, { tasks, records, clock, onError }: LeaseIo): () => void {
  let renewedAt = clock.now();
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      const stored = await tasks.load(task.taskId, task.context);
      if (await records.isCancelRequested(task.taskId)) {
        // The other process has removed the lease, without which the task would be lost until its end is stored.
        await records.hold(task.taskId);
        task.onCanceled();
      } else if (stored !== undefined && isEnded(stored)) task.onEnded();
      else if (clock.now() - renewedAt >= RENEW_MS) {
        const now = clock.now();
        await records.hold(task.taskId);
        renewedAt = now;
      }
    } catch (error) {
      notify(onError, error);
    }
    if (clock.now() - renewedAt >= LEASE_MS)
      task.onLost(new LlmError('server', 'the task ended, because its store failed for 30 seconds'));
    if (!isStopped) cancel = clock.timer(LOOK_MS, () => void look(), true);
  };
  let cancel = clock.timer(LOOK_MS, () => void look(), true);
  return () => {
    isStopped = true;
    cancel();
  };
}
