import { LlmError, type JsonObject } from '@majordomo/core';
import { asNumber, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import type { CallToolResult, StandardSchemaV1, Transport } from '@modelcontextprotocol/client';
import type { CallIo, CallOutcome, Work } from './outcome.ts';

/** Schema that accepts every object, for results that the SDK does not know. */
export const ANY_RESULT: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': { version: 1, vendor: 'majordomo', validate: (value) => ({ value: { ...asRecord(value) } }) },
};

/** Task of a server, in the form of protocol 2025 or of the extension of 2026. */
export interface Task {
  readonly taskId: string;
  readonly status: unknown;
  readonly pollMs: number;
  readonly message: string | undefined;
  // Members that exist only in protocol 2026.
  readonly result: unknown;
  readonly inputRequests: unknown;
}

/** Interval between two requests for the state of a task, if the server states none, and the limits of the interval that it states. */
const DEFAULT_POLL_MS = 1000;
const MIN_POLL_MS = 100;
const MAX_POLL_MS = 30_000;

/** Code of the error of a task that ended without a result. */
export const TASK_FAILED = 'task-failed';

/** Whether the error states that a task ended without a result. After any other error, the task may still run. */
export const isTaskFailure = (error: unknown): boolean =>
  LlmError.is(error) && error.details.code === TASK_FAILED;

/** Member that contains a task of 2026 in a converted result, because the SDK rejects a result of the type `task`. */
const TASK_KEY = 'majordomo/task';

/**
 * Converts results of the type `task` to a form that the SDK accepts. Call this before the transport is connected: the SDK calls the
 * listener that it finds with each message, before it reads the message itself.
 */
export function acceptTasks(transport: Transport): void {
  transport.onmessage = (message) => {
    if (!('result' in message) || message.result['resultType'] !== 'task') return;
    const { resultType: _type, ...task } = message.result;
    message.result = { resultType: 'complete', content: [], _meta: { [TASK_KEY]: task } };
  };
}

/** Returns the task that a call started, or `undefined` for any other result. */
export function startedTask(result: unknown): Task | undefined {
  const { task, _meta } = asRecord(result);
  // In protocol 2025, the result has the member `task`.
  const started = asRecord(_meta)[TASK_KEY] ?? task;
  return isRecord(started) ? taskOf(started) : undefined;
}

function taskOf(task: unknown): Task {
  const { taskId, status, statusMessage, result, inputRequests, error, ...rest } = asRecord(task);
  if (typeof taskId !== 'string') throw new LlmError('protocol', 'the server returned a task without an id');
  const pollMs = asNumber(rest['pollIntervalMs']) ?? asNumber(rest['pollInterval']) ?? DEFAULT_POLL_MS;
  return {
    taskId,
    status,
    pollMs: Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, pollMs)),
    message: asText(asRecord(error)['message']) ?? asText(statusMessage),
    result,
    inputRequests,
  };
}

/** Returns the function that sends a request of the task methods. */
const taskRequest =
  (method: string, params: JsonObject): Work<Record<string, unknown>> =>
  (client, options) =>
    client.request({ method, params }, ANY_RESULT, options);

/** Requests the state of a task. */
const getTask = async ({ send }: CallIo, taskId: string): Promise<Task> =>
  taskOf(await send(taskRequest('tasks/get', { taskId })));

/** Sends replies to the requests of a task of 2026. */
const updateTask = ({ send }: CallIo, taskId: string, inputResponses: JsonObject): Promise<unknown> =>
  send(taskRequest('tasks/update', { taskId, inputResponses }));

/** Polls a task until it ends or the user must answer a question. Cancels a task that still runs when the call fails. */
export async function waitForTask(started: Task, io: CallIo): Promise<CallOutcome> {
  const { connection, timeout } = io;
  const { taskId } = started;
  const cancel = (): void => {
    connection.requestLast(`task ${taskId}`, taskRequest('tasks/cancel', { taskId }));
  };
  const answered = new Set<string>();
  timeout.signal.addEventListener('abort', cancel, { once: true });
  try {
    for (let task = started; ; task = await getTask(io, taskId)) {
      timeout.touch();
      const outcome = await outcomeOf(task, io, answered);
      if (outcome !== undefined) return outcome;
      await connection.clock.sleep(task.pollMs, timeout.signal);
    }
  } catch (error) {
    if (!timeout.signal.aborted && !isTaskFailure(error)) cancel();
    throw error;
  } finally {
    timeout.signal.removeEventListener('abort', cancel);
  }
}

/** Sends replies for a task if they are set. Returns the task's outcome, or `undefined` while the task runs. */
export async function checkTask(
  taskId: string,
  replies: JsonObject | undefined,
  io: CallIo,
): Promise<CallOutcome | undefined> {
  if (replies !== undefined) await updateTask(io, taskId, replies);
  const task = await getTask(io, taskId);
  if (task.status !== 'input_required' || isRecord(task.inputRequests))
    return outcomeOf(task, io, new Set(Object.keys(replies ?? {})));
  // A server of protocol 2025 sends questions only while the result is requested. Do not await the result, which may take hours.
  const { openResults } = io.connection;
  if (openResults.has(taskId)) return undefined;
  openResults.add(taskId);
  void resultOf(task, io)
    .catch(() => undefined)
    .finally(() => openResults.delete(taskId));
  return undefined;
}

/** Returns the outcome of a task, or `undefined` while the task runs. Throws if the task failed or was cancelled. */
async function outcomeOf(task: Task, io: CallIo, answered: Set<string>): Promise<CallOutcome | undefined> {
  const { taskId, status, message } = task;
  const reason = message === undefined ? '' : `: ${message}`;
  switch (status) {
    case 'working':
      return undefined;
    case 'input_required':
      if (isRecord(task.inputRequests)) return askUser(task, io, answered);
      // A server of protocol 2025 sends its questions while this request lasts.
      return { type: 'result', result: await resultOf(task, io) };
    case 'completed':
      return { type: 'result', result: await resultOf(task, io) };
    case 'failed':
    case 'cancelled':
      throw new LlmError('server', `the task ${status === 'failed' ? 'failed' : 'was cancelled'}${reason}`, {
        code: TASK_FAILED,
      });
    default:
      throw new LlmError('protocol', `task ${taskId}: the status ${JSON.stringify(status)} is unknown`);
  }
}

/** Replies to the requests of a task that have no reply yet. Returns the questions that only the user can answer, if any. */
async function askUser(
  { taskId, inputRequests }: Task,
  io: CallIo,
  answered: Set<string>,
): Promise<CallOutcome | undefined> {
  const open = Object.entries(asRecord(inputRequests)).filter(([key]) => !answered.has(key));
  const { questions, replies } = await io.connection.answers.reply(
    Object.fromEntries(open),
    io.timeout.signal,
  );
  for (const key of Object.keys(replies)) answered.add(key);
  if (Object.keys(replies).length > 0) await updateTask(io, taskId, replies);
  return Object.keys(questions).length === 0 ? undefined : { type: 'task', taskId, questions };
}

/** Returns the result of a task. In the protocol of 2025, this request lasts until the task has ended. */
async function resultOf({ taskId, result }: Task, { send }: CallIo): Promise<CallToolResult> {
  const complete = isRecord(result) ? result : await send(taskRequest('tasks/result', { taskId }));
  if (!Array.isArray(complete['content']))
    throw new LlmError('protocol', `task ${taskId}: the server returned an invalid result`);
  return complete as CallToolResult;
}
