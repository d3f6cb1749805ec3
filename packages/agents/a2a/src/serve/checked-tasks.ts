import { TaskState, type ListTasksRequest, type ListTasksResponse, type Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { A2AError } from '@a2a-js/sdk/errors';
import { LlmError, type Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { isEnded, statusOf, textPart } from '../messages.ts';
import { INTERNAL_MESSAGE } from './failure.ts';
import { isStorableId } from './input.ts';
import type { RunRecords, StoredRun } from './run-records.ts';

const LOST = 'server: the server ended while it worked on the task; send the message again as a new task';

/** Dependencies of `CheckedTasks`. */
export interface CheckedIo {
  readonly records: RunRecords;
  /** Whether this process works on the task. */
  readonly isRunning: (taskId: string) => boolean;
  /** Called with a task that was marked as failed. */
  readonly onLost: (task: Task, context: ServerCallContext) => Promise<void>;
  readonly onError: ((error: unknown) => void) | undefined;
  readonly clock: Clock;
}

/** Task store that marks a task as failed if no process works on the task and no stored run can continue it. */
export class CheckedTasks implements TaskStore {
  private readonly tasks: TaskStore;
  private readonly records: RunRecords;
  private readonly io: CheckedIo;

  constructor(tasks: TaskStore, io: CheckedIo) {
    this.tasks = tasks;
    this.records = io.records;
    this.io = io;
  }

  save(task: Task, context: ServerCallContext): Promise<void> {
    return this.guarded(async () => {
      await this.tasks.save(task, context);
      if (isEnded(task)) await this.records.forget(task.id);
    });
  }

  load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    // A client may send any id, but no task has one that cannot be stored.
    if (!isStorableId(taskId)) return Promise.resolve(undefined);
    return this.guarded(async () => {
      const task = await this.tasks.load(taskId, context);
      return task && this.checked(task, context);
    });
  }

  list(request: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    return this.guarded(() => this.checkedList(request, context));
  }

  private async checkedList(
    request: ListTasksRequest,
    context: ServerCallContext,
  ): Promise<ListTasksResponse> {
    const response = await this.tasks.list(request, context);
    const { status = TaskState.TASK_STATE_UNSPECIFIED } = request;
    const tasks = await Promise.all(response.tasks.map((task) => this.listed(task, context)));
    const isSelected = (task: Task): boolean =>
      status === TaskState.TASK_STATE_UNSPECIFIED || task.status?.state === status;
    return { ...response, tasks: tasks.filter(isSelected) };
  }

  /** Returns the listed task, whose artifacts may be omitted, with its current status. */
  private async listed(task: Task, context: ServerCallContext): Promise<Task> {
    if ((await this.lostRun(task)) === undefined) return task;
    const { status } = (await this.load(task.id, context)) ?? task;
    return { ...task, status };
  }

  private async checked(task: Task, context: ServerCallContext): Promise<Task> {
    const lost = await this.lostRun(task);
    if (lost === undefined) return task;
    // The task may have ended since it was loaded, and `save` then removed its run.
    const latest = (await this.tasks.load(task.id, context)) ?? task;
    if (isEnded(latest)) return latest;
    const { id: taskId, contextId } = latest;
    const status = statusOf(TaskState.TASK_STATE_FAILED, this.io.clock.now(), { taskId, contextId }, [
      textPart(LOST),
    ]);
    const failed: Task = { ...latest, status };
    await this.tasks.save(failed, context);
    // Of several processes, the one that removes the run reports its end.
    if (lost.run !== undefined && (await this.records.removeLost(lost.run)))
      void this.io.onLost(failed, context).catch((error: unknown) => {
        notify(this.io.onError, error);
      });
    return failed;
  }

  /** Hides the message of an error of a store, because the SDK writes it into the task. */
  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Clients may receive the messages of the protocol and of an `LlmError`, as in `publicText`.
      if (error instanceof A2AError || LlmError.is(error)) throw error;
      notify(this.io.onError, error);
      throw new LlmError('server', INTERNAL_MESSAGE, {}, { cause: error });
    }
  }

  /**
   * Returns the run of a task on which no process works, and which no reply can continue; `undefined` for any other task. `run`
   * is `undefined` if the task has no stored run.
   */
  private async lostRun(task: Task): Promise<{ readonly run: StoredRun | undefined } | undefined> {
    if (isEnded(task) || this.io.isRunning(task.id)) return undefined;
    const run = await this.records.find(task.id);
    return run?.isHeld === true || run?.isWaiting === true ? undefined : { run };
  }
}
