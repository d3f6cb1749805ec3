import {
  TaskState,
  type Message,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  type TaskStatus,
} from '@a2a-js/sdk';
import type { Client } from '@a2a-js/sdk/client';
import { LlmError, type Clock, type ToolResultPart } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { isEnded, type TaskIds } from '../messages.ts';
import { answerOf, messageContent, statusText } from './content.ts';
import { isTransient, TASK_FAILED, toLlmError } from './errors.ts';

/** Outcome of a message: an answer, or a question of the agent. */
export type Outcome = { readonly type: 'answer'; readonly content: ToolResultPart['content'] } | Question;

/** Question of an agent. */
export interface Question extends TaskIds {
  readonly type: 'question';
  readonly message: string;
  /** Id of the message with the question, or an empty string if the agent sent none. */
  readonly questionId: string;
}

/** Dependencies of `RemoteAgent`. */
export interface RemoteIo {
  readonly client: Client;
  /** Whether the request with this signal was sent. */
  readonly isSent: (signal: AbortSignal) => boolean;
  /** Whether the card offers streams. */
  readonly streams: boolean;
  /** Subject of errors. */
  readonly label: string;
  readonly secrets: ReadonlySet<string>;
  readonly clock: Clock;
  readonly totalMs: number;
}

/** First and longest time between two looks at a task, in milliseconds. */
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** Maximum time of a cancellation, which includes the wait for the first event of the task, in milliseconds. */
const CANCEL_MS = 5000;

/** Events of a stream, as far as they were read. */
interface ReadEvents {
  /** Answer of an agent that created no task. */
  readonly message?: Message;
  /** Whether the task ended or waits. */
  readonly isSettled?: boolean;
}

/** Task of a message. The id of a new task becomes known with its first event. */
class MessageTask {
  taskId: string;
  /** Ends the request that sends the message. */
  readonly request: AbortController = new AbortController();
  /** Resolves when the id is known, or cannot become known. */
  readonly begun: Promise<void>;
  private resolve: () => void = () => undefined;

  constructor(taskId: string) {
    this.taskId = taskId;
    this.begun = new Promise<void>((resolve) => (this.resolve = resolve));
  }

  begin(taskId: string): void {
    this.taskId = taskId;
    this.resolve();
  }
}

/** Sends messages to a remote agent, and follows their tasks. */
export class RemoteAgent {
  private readonly io: RemoteIo;
  private readonly closing = new AbortController();
  private readonly cancellations = new Set<Promise<void>>();

  constructor(io: RemoteIo) {
    this.io = io;
  }

  /** Sends a message, and waits until its task ends or requires input. Cancels the task if the signal aborts or the time is over. */
  send(message: Message, signal: AbortSignal): Promise<Outcome> {
    const task = new MessageTask(message.taskId);
    return this.limited(task, signal, (either) => this.outcome(message, task, either));
  }

  /**
   * Sends the answer to a question, as `send` does. If the agent does not wait for this answer, for example because it received the
   * answer although its response was lost, only follows the task.
   */
  reply(question: Question, message: Message, signal: AbortSignal): Promise<Outcome> {
    const task = new MessageTask(question.taskId);
    return this.limited(task, signal, async (either) => {
      const current = await this.io.client.getTask({ tenant: '', id: task.taskId }, { signal: either });
      if (asks(current, question)) return this.outcome(message, task, either);
      return this.outcomeOf(await this.settled(task.taskId, false, either));
    });
  }

  /** Runs the work until it ends, its signal aborts, or the time is over. Cancels the task unless it ended or may still be needed. */
  private async limited(
    task: MessageTask,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { label, totalMs, clock, secrets } = this.io;
    const limit = new AbortController();
    const stopTimer = clock.timer(totalMs, () => {
      limit.abort(
        new LlmError('timeout', `${label}: the task did not end within ${totalMs} ms; it was canceled`),
      );
    });
    const either = AbortSignal.any([signal, limit.signal, this.closing.signal]);
    try {
      return await abortable(work(either), either);
    } catch (error) {
      const failure = toLlmError(error, label, secrets);
      // After an abort, `failure` may be an error of another task. After a transient failure of an answer, the application sends it
      // again, so the task must still wait for it.
      const mustRemain = failure.details.code === TASK_FAILED || isTransient(failure);
      if (either.aborted || !mustRemain) this.cancel(task);
      throw either.aborted ? (either.reason as Error) : failure;
    } finally {
      stopTimer();
    }
  }

  async close(): Promise<void> {
    this.closing.abort(new LlmError('aborted', `${this.io.label}: the toolbox was closed`));
    // Calls that were aborted have rejected, and begin to cancel their tasks before this wait ends.
    await Promise.resolve();
    await Promise.all(this.cancellations);
  }

  private async outcome(message: Message, task: MessageTask, signal: AbortSignal): Promise<Outcome> {
    const read = await this.begin(message, task);
    if (read.message !== undefined) return { type: 'answer', content: messageContent(read.message) };
    const ended = await this.settled(task.taskId, read.isSettled === true, signal);
    return this.outcomeOf(ended);
  }

  /**
   * Sends the message. A connection that ends after the task has begun is not an error. An abort does not end the request before
   * the id of the task is known, because the task could not be canceled.
   */
  private async begin(message: Message, task: MessageTask): Promise<ReadEvents> {
    const { client, streams } = this.io;
    const { signal } = task.request;
    try {
      if (streams)
        return await this.readUntilCut(client.sendMessageStream(requestOf(message), { signal }), task);
      const result = await client.sendMessage(requestOf(message), { signal });
      if (!('status' in result)) return { message: result };
      task.begin(result.id);
      return { isSettled: isSettled(result) };
    } finally {
      // Also ends the wait for an id that cannot become known anymore.
      task.begin(task.taskId);
    }
  }

  private async readUntilCut(events: AsyncIterable<StreamResponse>, task: MessageTask): Promise<ReadEvents> {
    try {
      for await (const { payload } of events) {
        if (payload?.$case === 'message') return { message: payload.value };
        if (payload?.$case === 'task') task.begin(payload.value.id);
        if (payload?.$case !== 'artifactUpdate' && payload !== undefined && isSettled(payload.value))
          return { isSettled: true };
      }
    } catch (error) {
      // The SDK also ends a stream with an event of more than 4 MiB, such as a file, although the task can be read.
      if (task.taskId === '' || (LlmError.is(error) && !isTransient(error)))
        throw toLlmError(error, this.io.label, this.io.secrets);
    }
    if (task.taskId === '')
      throw new LlmError('protocol', `${this.io.label}: the agent sent no task and no message`);
    return {};
  }

  /**
   * Returns the task when it has ended or waits. Subscribes again after a cut, and looks at the task in growing intervals.
   * `isReported`: whether the agent has already reported that the task has ended or waits.
   */
  private async settled(taskId: string, isReported: boolean, signal: AbortSignal): Promise<Task> {
    let wasReported = isReported;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
      const task = await this.look(taskId, signal);
      if (task !== undefined && isSettled(task)) return task;
      const reported = task !== undefined && (await this.subscribe(taskId, signal));
      // An agent that reports an end which the task does not have is asked again after the wait only.
      if (!reported || wasReported) await this.io.clock.sleep(waitMs, signal);
      wasReported = reported;
    }
  }

  /** Returns the task, or `undefined` if the agent is temporarily unavailable. */
  private async look(id: string, signal: AbortSignal): Promise<Task | undefined> {
    try {
      return await this.io.client.getTask({ tenant: '', id }, { signal });
    } catch (error) {
      const failure = toLlmError(error, this.io.label, this.io.secrets);
      if (signal.aborted || !isTransient(failure)) throw failure;
      return undefined;
    }
  }

  /** Follows the task, and returns whether the agent reported that it ended or waits. */
  private async subscribe(taskId: string, signal: AbortSignal): Promise<boolean> {
    if (!this.io.streams) return false;
    try {
      const events = this.io.client.resubscribeTask({ tenant: '', id: taskId }, { signal });
      // The events need a task whose id is known. No request sends a message for it.
      return (await this.readUntilCut(events, new MessageTask(taskId))).isSettled === true;
    } catch {
      // The agent does not support it, or the task has ended: the next look decides.
      return false;
    }
  }

  private outcomeOf(task: Task): Outcome {
    const { label } = this.io;
    const { id: taskId, contextId, status } = task;
    switch (status?.state) {
      case TaskState.TASK_STATE_COMPLETED:
        return { type: 'answer', content: answerOf(task) };
      case TaskState.TASK_STATE_INPUT_REQUIRED:
        return {
          type: 'question',
          taskId,
          contextId,
          message: statusText(task),
          questionId: questionIdOf(task),
        };
      case TaskState.TASK_STATE_AUTH_REQUIRED:
        throw new LlmError(
          'auth',
          `${label}: the agent requires a login, which this client cannot provide: ${statusText(task)}`,
        );
      default: {
        const state = STATES.get(status?.state) ?? 'failed';
        const why = `${label}: the task ${state}: ${statusText(task)}`;
        throw new LlmError('server', why, { code: TASK_FAILED });
      }
    }
  }

  /** Ends the request and cancels the task, in the background. */
  private cancel(task: MessageTask): void {
    const { clock, isSent } = this.io;
    const limit = new AbortController();
    const stopTimer = clock.timer(CANCEL_MS, () => {
      limit.abort();
    });
    // A request that was not sent has begun no task.
    if (!isSent(task.request.signal)) task.request.abort();
    const canceled = abortable(this.canceled(task, limit.signal), limit.signal)
      // The task has ended, or the agent is not available.
      .catch(() => undefined)
      .finally(() => {
        stopTimer();
        task.request.abort();
        this.cancellations.delete(canceled);
      });
    this.cancellations.add(canceled);
  }

  private async canceled(task: MessageTask, signal: AbortSignal): Promise<void> {
    if (task.taskId === '') await task.begun;
    task.request.abort();
    if (task.taskId === '' || signal.aborted) return;
    await this.io.client.cancelTask({ tenant: '', id: task.taskId, metadata: undefined }, { signal });
  }
}

const STATES: ReadonlyMap<TaskState | undefined, string> = new Map([
  [TaskState.TASK_STATE_REJECTED, 'was rejected'],
  [TaskState.TASK_STATE_CANCELED, 'was canceled'],
]);

const isSettled = ({ status }: { readonly status: TaskStatus | undefined }): boolean =>
  isEnded({ status }) ||
  status?.state === TaskState.TASK_STATE_INPUT_REQUIRED ||
  status?.state === TaskState.TASK_STATE_AUTH_REQUIRED;

const questionIdOf = ({ status }: Task): string => status?.message?.messageId ?? '';

/** Whether the task waits for the answer to this question. An agent can ask twice with the same text. */
const asks = (task: Task, { message, questionId }: Question): boolean =>
  task.status?.state === TaskState.TASK_STATE_INPUT_REQUIRED &&
  (questionId === '' ? statusText(task) === message : questionIdOf(task) === questionId);

const requestOf = (message: Message): SendMessageRequest => ({
  tenant: '',
  message,
  configuration: {
    acceptedOutputModes: [],
    taskPushNotificationConfig: undefined,
    historyLength: 0,
    // Without a stream, the client looks at the task, so that no proxy ends a long request.
    returnImmediately: true,
  },
  metadata: undefined,
});
