import {
  TaskState,
  type AgentCard,
  type Message,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
} from '@a2a-js/sdk';
import { PushNotificationNotSupportedError, UnsupportedOperationError } from '@a2a-js/sdk/errors';
import {
  DefaultExecutionEventBusManager,
  DefaultRequestHandler,
  type AgentExecutor,
  type PushNotificationSender,
  type PushNotificationStore,
  type ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';
import { isEnded } from '../messages.ts';
import type { CallContext } from './call-context.ts';
import { checkOutputModes, inputOf } from './input.ts';
import { decisionsOf } from './replies.ts';
import type { RunRecords } from './run-records.ts';

/** Dependencies of `TaskHandler`. */
export interface HandlerIo {
  readonly card: AgentCard;
  readonly tasks: TaskStore;
  readonly records: RunRecords;
  readonly executor: AgentExecutor;
  readonly pushStore: PushNotificationStore;
  readonly pushSender: PushNotificationSender;
}

/**
 * Request handler of the SDK, which checks messages before it starts the executor. The SDK itself would start a second run for a
 * message to a running task, and would end the task for a message that the agent cannot read.
 */
export class TaskHandler extends DefaultRequestHandler {
  private readonly tasks: TaskStore;
  private readonly records: RunRecords;
  private readonly hasPush: boolean;

  constructor({ card, tasks, records, executor, pushStore, pushSender }: HandlerIo) {
    const buses = new DefaultExecutionEventBusManager();
    // A waiting task needs no bus: the reply begins a new one.
    const options = { keepBusAliveStates: [] };
    super(card, tasks, executor, buses, pushStore, pushSender, undefined, undefined, options);
    this.tasks = tasks;
    this.records = records;
    this.hasPush = card.capabilities?.pushNotifications === true;
  }

  override async sendMessage(
    params: SendMessageRequest,
    context: ServerCallContext,
  ): Promise<Message | Task> {
    await this.prepare(params, context as CallContext);
    try {
      return await super.sendMessage(params, context);
    } catch (error) {
      await this.restore(params, context as CallContext);
      throw error;
    }
  }

  override async *sendMessageStream(
    params: SendMessageRequest,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    await this.prepare(params, context as CallContext);
    try {
      yield* super.sendMessageStream(params, context);
    } catch (error) {
      await this.restore(params, context as CallContext);
      throw error;
    }
  }

  /** Reads the message, and takes the run that the message continues. Errors that the SDK finds itself are left to the SDK. */
  private async prepare({ message, configuration }: SendMessageRequest, context: CallContext): Promise<void> {
    if (message === undefined || message.messageId === '') return;
    checkOutputModes(configuration?.acceptedOutputModes);
    if (configuration?.taskPushNotificationConfig !== undefined && !this.hasPush)
      throw new PushNotificationNotSupportedError();
    const { taskId, contextId } = message;
    if (taskId === '') {
      context.work = { input: inputOf(message) };
      return;
    }
    const task = await this.tasks.load(taskId, context);
    if (task === undefined || isEnded(task)) return;
    if (contextId !== '' && contextId !== task.contextId) return;
    if (task.status?.state !== TaskState.TASK_STATE_INPUT_REQUIRED)
      throw new UnsupportedOperationError(
        `Task ${taskId} is running; send a message when it requires input.`,
      );
    const waiting = await this.records.waiting(taskId);
    const decisions = waiting && decisionsOf(message, waiting.state);
    await this.records.hold(taskId);
    const taken = await this.records.takeWaiting(taskId);
    if (taken === undefined || decisions === undefined)
      throw new UnsupportedOperationError(`Task ${taskId} has received a reply already.`);
    context.work = { waiting: taken, decisions, isStarted: false };
  }

  /** Stores the taken run again if it did not continue. */
  private async restore({ message }: SendMessageRequest, { work }: CallContext): Promise<void> {
    if (message === undefined || work === undefined || 'input' in work || work.isStarted) return;
    await this.records.saveWaiting(message.taskId, work.waiting);
  }
}
