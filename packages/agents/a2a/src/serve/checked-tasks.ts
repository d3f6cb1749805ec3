import { TaskState, type ListTasksRequest, type ListTasksResponse, type Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import type { Clock } from '@majordomo/core';
import { isEnded, statusOf, textPart } from '../messages.ts';
import type { RunRecords } from './run-records.ts';

const LOST = 'server: the server ended while it worked on the task; send the message again as a new task';

/** Task store that marks a task as failed if no process works on the task and no stored run can continue it. */
export class CheckedTasks implements TaskStore {
  private readonly tasks: TaskStore;
  private readonly records: RunRecords;
  private readonly isRunning: (taskId: string) => boolean;
  private readonly clock: Clock;

  constructor(tasks: TaskStore, records: RunRecords, isRunning: (taskId: string) => boolean, clock: Clock) {
    this.tasks = tasks;
    this.records = records;
    this.isRunning = isRunning;
    this.clock = clock;
  }

  async save(task: Task, context: ServerCallContext): Promise<void> {
    await this.tasks.save(task, context);
    if (isEnded(task)) await this.records.forget(task.id);
  }

  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const task = await this.tasks.load(taskId, context);
    return task && this.checked(task, context);
  }

  async list(request: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    const response = await this.tasks.list(request, context);
    const { status = TaskState.TASK_STATE_UNSPECIFIED } = request;
    const tasks = await Promise.all(response.tasks.map((task) => this.listed(task, context)));
    const isSelected = (task: Task): boolean =>
      status === TaskState.TASK_STATE_UNSPECIFIED || task.status?.state === status;
    return { ...response, tasks: tasks.filter(isSelected) };
  }

  /** Returns the listed task, whose artifacts may be omitted, with its current status. */
  private async listed(task: Task, context: ServerCallContext): Promise<Task> {
    if (await this.isAlive(task)) return task;
    const { status } = (await this.load(task.id, context)) ?? task;
    return { ...task, status };
  }

  private async checked(task: Task, context: ServerCallContext): Promise<Task> {
    if (await this.isAlive(task)) return task;
    // The task may have ended, and its lease with it, since it was loaded.
    const latest = (await this.tasks.load(task.id, context)) ?? task;
    if (isEnded(latest)) return latest;
    const { id: taskId, contextId } = latest;
    const status = statusOf(TaskState.TASK_STATE_FAILED, this.clock.now(), { taskId, contextId }, [
      textPart(LOST),
    ]);
    const failed: Task = { ...latest, status };
    await this.save(failed, context);
    return failed;
  }

  private async isAlive(task: Task): Promise<boolean> {
    if (isEnded(task) || this.isRunning(task.id) || (await this.records.isHeld(task.id))) return true;
    const waits = task.status?.state === TaskState.TASK_STATE_INPUT_REQUIRED;
    return waits && (await this.records.waiting(task.id)) !== undefined;
  }
}
