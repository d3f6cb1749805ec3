import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { LlmError, type Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { isEnded } from '../messages.ts';
import type { HeldRun, RunRecords } from './run-records.ts';

/** Time between two looks at the task, in milliseconds. */
const LOOK_MS = 1000;

/** Task on which this process works. */
export interface WatchedTask {
  readonly taskId: string;
  readonly context: ServerCallContext;
  /** Called if a client has canceled the task at another process. */
  readonly onCanceled: () => void;
  /** Called if another process has ended the task. */
  readonly onEnded: () => void;
  /** Called if the lease is lost or could not be renewed, so that other processes regard the task as failed. */
  readonly onLost: (error: LlmError) => void;
}

/** Dependencies of `watchRun`. */
export interface WatchIo {
  readonly tasks: Pick<TaskStore, 'load'>;
  readonly records: RunRecords;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** Looks at the stored task and its run every second, until the returned function is called. */
export function watchRun(
  task: WatchedTask,
  { lease }: HeldRun,
  { tasks, records, clock, onError }: WatchIo,
): () => void {
  let isStopped = false;
  /** Returns whether the run need not be watched any more. */
  const look = async (): Promise<boolean> => {
    try {
      const stored = await tasks.load(task.taskId, task.context);
      const run = await records.find(task.taskId);
      // This process may have overwritten the state that the other process has stored.
      if (run?.isCanceled === true) task.onCanceled();
      else if (stored !== undefined && isEnded(stored)) task.onEnded();
      else return false;
      return true;
    } catch (error) {
      notify(onError, error);
      return false;
    }
  };
  const lookAgain = async (): Promise<void> => {
    if (!(await look()) && !isStopped) lookLater();
  };
  const lookLater = (): void => {
    cancel = clock.timer(LOOK_MS, () => void lookAgain(), { isBackground: true });
  };
  let cancel: () => void = () => undefined;
  // The lease also ends if another process requests a cancellation, because `requestCancel` changes the run. `look` finds this out.
  const onLeaseEnd = async (): Promise<void> => {
    if (!(await look()) && !isStopped)
      task.onLost(new LlmError('server', 'the task ended, because its store failed for 30 seconds'));
  };
  const listener = (): void => void onLeaseEnd();
  lease.signal.addEventListener('abort', listener, { once: true });
  lookLater();
  return () => {
    isStopped = true;
    lease.signal.removeEventListener('abort', listener);
    cancel();
  };
}
