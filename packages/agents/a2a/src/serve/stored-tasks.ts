import { Task, TaskState, type ListTasksRequest, type ListTasksResponse } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { layoutOf, type RecordStore, type StoredRecord } from '@majordomo/records';
import { scopeOf } from './scope.ts';
import { LIFETIME_MS } from './run-records.ts';

/** Maximum number of tasks of a caller in the list. */
const MAX_LISTED = 1000;
/** Number of tasks that a list reads at once, because a task may have megabytes. */
const AT_ONCE = 20;
/** Maximum size of the tasks of a page, in characters. A page has at least one task. */
const MAX_PAGE_CHARS: number = 10 * 1024 * 1024;

const SPACE = 'a2a/tasks';
const TASK = layoutOf<{ readonly task: unknown }>('the task', 1);

/** Tasks in the application's store. The label of a task is the hash of its caller and tenant. */
export class StoredTasks implements TaskStore {
  private readonly records: RecordStore;

  constructor(records: RecordStore) {
    this.records = records;
  }

  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const record = await this.records.get(SPACE, `${await scopeOf(context)}/${taskId}`);
    return record && taskOf(record);
  }

  async save(task: Task, context: ServerCallContext): Promise<void> {
    const label = await scopeOf(context);
    const value = TASK.write({ task: Task.toJSON(task) });
    const key = `${label}/${task.id}`;
    await this.records.write(SPACE, [{ type: 'put', key, value, label, keepMs: LIFETIME_MS }]);
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
    // The token is the position of the last task of the page, after which the next page begins.
    const nextPageToken = end < listed.length ? (listed[end - 1]?.position ?? '') : '';
    return { tasks, nextPageToken, pageSize, totalSize: listed.length };
  }

  /** Returns the positions of the selected tasks, the latest first. Holds few tasks at a time. */
  private async positions(
    request: ListTasksRequest,
    context: ServerCallContext,
  ): Promise<readonly { readonly id: string; readonly position: string }[]> {
    const label = await scopeOf(context);
    const listed: { readonly id: string; readonly position: string }[] = [];
    let after: StoredRecord | undefined;
    for (let count = 0; count < MAX_LISTED; count += AT_ONCE) {
      const page = await this.records.list(SPACE, { label, order: 'newest', after, limit: AT_ONCE });
      for (const task of page.map(taskOf))
        if (isSelected(task, request)) listed.push({ id: task.id, position: positionOf(task) });
      if (page.length < AT_ONCE) break;
      after = page.at(-1);
    }
    // A record has the time of its last write, which a change of an artifact also causes. The list has the order of the statuses.
    return listed.sort((a, b) => compare(b.position, a.position));
  }
}

const taskOf = ({ key, value }: StoredRecord): Task => Task.fromJSON(TASK.read(key, value).task);

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
