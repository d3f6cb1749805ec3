import { Role, TaskState, type Message, type Part, type Task, type TaskStatus } from '@a2a-js/sdk';

/** Ids of a task and of its conversation. */
export interface TaskIds {
  readonly taskId: string;
  readonly contextId: string;
}

export const textPart = (text: string): Part => ({
  content: { $case: 'text', value: text },
  metadata: undefined,
  filename: '',
  mediaType: 'text/plain',
});

export const dataPart = (value: object): Part => ({
  content: { $case: 'data', value },
  metadata: undefined,
  filename: '',
  mediaType: 'application/json',
});

/** Returns a message with a new id. Its `taskId` and `contextId` are those of `ids`, or empty for a new task. */
export const newMessage = (role: Role, parts: Part[], ids: Partial<TaskIds>): Message => ({
  messageId: crypto.randomUUID(),
  role,
  parts,
  taskId: ids.taskId ?? '',
  contextId: ids.contextId ?? '',
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

/** Returns a status at the time `now`, with a message of the agent if `parts` are given. */
export const statusOf = (
  state: TaskState,
  now: number,
  ids: TaskIds,
  parts: Part[] | undefined,
): TaskStatus => ({
  state,
  message: parts && newMessage(Role.ROLE_AGENT, parts, ids),
  timestamp: new Date(now).toISOString(),
});

const ENDED: ReadonlySet<TaskState | undefined> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

/** Whether a task has ended, so that its state does not change again. */
export const isEnded = ({ status }: Pick<Task, 'status'>): boolean => ENDED.has(status?.state);

/** Returns the text of a message, with one line per text part. */
export const textIn = (parts: readonly Part[]): string =>
  parts.flatMap(({ content }) => (content?.$case === 'text' ? [content.value] : [])).join('\n');
