import { Task, TaskState, type ListTasksRequest, type ListTasksResponse } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { Semaphore } from '@majordomo/core/toolkit';
import { scopeOf } from './call-context.ts';
import type { A2aStore } from './options.ts';
import { LIFETIME_MS } from './run-records.ts';

/** Maximum number of tasks of a caller in the list. */
const MAX_LISTED = 1000;
/** Number of tasks that a list loads at the same time, because a task may have megabytes. */
const AT_ONCE = 20;
/** Maximum size of the tasks of a page, in characters. A page has at least one task. */
const MAX_PAGE_CHARS: number = 10 * 1024 * 1024;

/** Tasks in the application's store, with a list of ids per caller. */
export class StoredTasks implements TaskStore {
  private readonly store: A2aStore;
  private readonly listLock = new Semaphore(1);

  constructor(store: A2aStore) {
    this.store = store;
  }

  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const stored = await this.store.get(taskKey(scopeOf(context), taskId));
    return stored === undefined ? undefined : Task.fromJSON(stored);
  }

  async save(task: Task, context: ServerCallContext): Promise<void> {
    const scope = scopeOf(context);
    await this.store.set(taskKey(scope, task.id), Task.toJSON(task), LIFETIME_MS);
    // Another process may have replaced the list since the first save, so each save checks it.
    await this.listLock.run(new AbortController().signal, async () => {
      const ids = await this.ids(scope);
      if (ids.includes(task.id)) return;
      const listed = [task.id, ...ids].slice(0, MAX_LISTED);
      // A task can change until the end of its first lifetime, and exists for another one.
      await this.store.set(listKey(scope), listed, 2 * LIFETIME_MS);
    });
  }

  async list(request: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    const { pageSize = 50, pageToken, includeArtifacts = false } = request;
    const listed = await this.positions(request, context);
    const after = pageToken === '' ? undefined : pageToken;
    const start = after === undefined ? 0 : listed.findIndex(({ position }) => position === after) + 1;
    if (after !== undefined && start === 0)
      throw new RequestMalformedError('pageToken is unknown; begin with the first page');
    const tasks: Task[] = [];
    let end = start;
    for (let chars = 0; end < Math.min(start + pageSize, listed.length); end++) {
      const task = await this.load(listed[end]?.id ?? '', context);
      if (task === undefined) continue;
      if (!includeArtifacts) task.artifacts = [];
      chars += JSON.stringify(Task.toJSON(task)).length;
      if (chars > MAX_PAGE_CHARS && tasks.length > 0) break;
      tasks.push(task);
    }
    const nextPageToken = end < listed.length ? (listed[end - 1]?.position ?? '') : '';
    return { tasks, nextPageToken, pageSize, totalSize: listed.length };
  }

  /** Returns the positions of the selected tasks, the latest first. Holds few tasks at a time. */
  private async positions(
    request: ListTasksRequest,
    context: ServerCallContext,
  ): Promise<readonly { readonly id: string; readonly position: string }[]> {
    const ids = await this.ids(scopeOf(context));
    const listed: { readonly id: string; readonly position: string }[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const loaded = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => this.load(id, context)));
      for (const task of loaded)
        if (task !== undefined && isSelected(task, request))
          listed.push({ id: task.id, position: positionOf(task) });
    }
    return listed.sort((a, b) => compare(b.position, a.position));
  }

  private async ids(scope: string): Promise<readonly string[]> {
    return ((await this.store.get(listKey(scope))) ?? []) as readonly string[];
  }
}

/** Position of a task in the list, whose first task has the latest status. */
const positionOf = ({ id, status }: Task): string => `${status?.timestamp ?? ''}|${id}`;

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isSelected(task: Task, { contextId, status, statusTimestampAfter }: ListTasksRequest): boolean {
  if (contextId !== '' && task.contextId !== contextId) return false;
  const anyState = status === TaskState.TASK_STATE_UNSPECIFIED;
  if (!anyState && task.status?.state !== status) return false;
  if (statusTimestampAfter === undefined || statusTimestampAfter === '') return true;
  return Date.parse(task.status?.timestamp ?? '') > Date.parse(statusTimestampAfter);
}

const taskKey = (scope: string, taskId: string): string => `a2a/task/${scope}/${encodeURIComponent(taskId)}`;
const listKey = (scope: string): string => `a2a/tasks/${scope}`;
