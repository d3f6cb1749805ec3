import {
  TaskState,
  type AgentCard,
  type CancelTaskRequest,
  type Message,
  type SendMessageRequest,
  type StreamResponse,
  type SubscribeToTaskRequest,
  type Task,
} from '@a2a-js/sdk';
import { PushNotificationNotSupportedError, UnsupportedOperationError } from '@a2a-js/sdk/errors';
import {
  DefaultExecutionEventBusManager,
  DefaultRequestHandler,
  type ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';
import type { Clock } from '@majordomo/core';
import { isEnded } from '../messages.ts';
import type { CallContext } from './call-context.ts';
import type { RunExecutor } from './executor.ts';
import { checkContextId, checkOutputModes, inputOf } from './input.ts';
import type { Webhooks } from './push.ts';
import { decisionsOf } from './replies.ts';
import { MAX_RUNNING } from './rpc.ts';
import type { HeldRun, RunRecords, WaitingRun } from './run-records.ts';

/** Time between two looks at a task that a reply continues, in milliseconds. */
const LOOK_MS = 50;

/** Dependencies of `TaskHandler`. */
export interface HandlerIo {
  readonly card: AgentCard;
  readonly tasks: TaskStore;
  readonly records: RunRecords;
  readonly executor: RunExecutor;
  readonly clock: Clock;
  readonly webhooks: Webhooks;
  readonly maxRunning: number | undefined;
}

/**
 * Request handler of the SDK, which checks messages before it starts the executor. The SDK itself would start a second run for a
 * message to a running task, and would end the task for a message that the agent cannot read.
 */
export class TaskHandler extends DefaultRequestHandler {
  private readonly tasks: TaskStore;
  private readonly records: RunRecords;
  private readonly runs: RunExecutor;
  private readonly webhooks: Webhooks;
  private readonly clock: Clock;
  private readonly hasPush: boolean;
  private readonly maxRunning: number;

  constructor({ card, tasks, records, executor, webhooks, clock, maxRunning = MAX_RUNNING }: HandlerIo) {
    const buses = new DefaultExecutionEventBusManager();
    // A waiting task needs no bus: the reply begins a new one.
    const options = { keepBusAliveStates: [] };
    // `webhooks` is the store and the sender of notifications. The two undefined arguments are the provider of an extended card and the
    // generator of signatures.
    super(card, tasks, executor, buses, webhooks, webhooks, undefined, undefined, options);
    this.tasks = tasks;
    this.records = records;
    this.runs = executor;
    this.webhooks = webhooks;
    this.clock = clock;
    this.maxRunning = maxRunning;
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

  /**
   * Subscribes to a task. The client may read the task after its last event, so the task must be stored before the client
   * receives the event. The SDK stores events only in the stream of `sendMessage` or `sendMessageStream`, which may be later than
   * this one.
   */
  override async *resubscribe(
    params: SubscribeToTaskRequest,
    context: ServerCallContext,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    for await (const response of super.resubscribe(params, context)) {
      const { payload } = response;
      const state = payload?.$case === 'statusUpdate' ? payload.value.status?.state : undefined;
      if (state !== undefined && state !== TaskState.TASK_STATE_WORKING)
        await this.runs.untilStored(params.id, context, state);
      yield response;
    }
  }

  /**
   * Cancels a task. A process that works on the task can overwrite the state that another process stores, so that this process asks
   * it to cancel the task itself.
   */
  override async cancelTask(params: CancelTaskRequest, context: ServerCallContext): Promise<Task> {
    const found = await this.tasks.load(params.id, context);
    // `requestCancel` does not check the owner of a run, but a task is loaded only for its caller. The SDK answers any other
    // caller.
    if (found === undefined || isEnded(found)) return super.cancelTask(params, context);
    const taken = await this.takeOrRequest(params.id, context);
    try {
      const task = await super.cancelTask(params, context);
      // The SDK notifies webhooks of running tasks only.
      if (taken !== undefined) {
        void this.webhooks.sendStatus(task, context);
        await this.records.end(taken.held);
      }
      return task;
    } catch (error) {
      if (taken !== undefined) await this.records.wait(taken.held, taken.waiting);
      throw error;
    }
  }

  /** Takes the run of a task that requires input, or asks the process that works on the task to cancel it. */
  private async takeOrRequest(taskId: string, context: ServerCallContext): Promise<TakenRun | undefined> {
    const taken = await this.takeQuestion(taskId, context);
    if (taken !== undefined || this.runs.isRunning(taskId)) return taken;
    if (await this.records.requestCancel(taskId)) return undefined;
    await this.runs.untilStored(taskId, context, TaskState.TASK_STATE_INPUT_REQUIRED);
    return this.takeQuestion(taskId, context);
  }

  /**
   * Takes the run of a task that requires input, so that no reply continues it. If a reply has taken the run, waits until the run
   * has begun. A process that has stopped since then loses its lease, after which the task fails. Without a record, nothing can
   * continue the task.
   */
  private async takeQuestion(taskId: string, context: ServerCallContext): Promise<TakenRun | undefined> {
    for (;;) {
      const task = await this.tasks.load(taskId, context);
      if (task?.status?.state !== TaskState.TASK_STATE_INPUT_REQUIRED) return undefined;
      const run = await this.records.find(taskId);
      if (run === undefined) return undefined;
      if (run.isWaiting && run.waiting !== undefined) {
        const held = await this.records.take(run);
        if (held !== undefined) return { held, waiting: run.waiting };
      }
      await this.clock.sleep(LOOK_MS, new AbortController().signal);
    }
  }

  /**
   * Reads the message, and takes the run that the message continues. The executor reads the result in `context.work`. Errors that
   * the SDK finds itself are left to the SDK.
   */
  private async prepare({ message, configuration }: SendMessageRequest, context: CallContext): Promise<void> {
    if (message === undefined || message.messageId === '') return;
    // The agent does not read other tasks, which the SDK would load one after the other.
    message.referenceTaskIds = [];
    this.checkRequest(configuration, context);
    checkContextId(message.contextId);
    context.work = message.taskId === '' ? { input: inputOf(message) } : await this.takeRun(message, context);
  }

  private checkRequest(configuration: SendMessageRequest['configuration'], context: CallContext): void {
    if (this.runs.countOf(context.caller.user) >= this.maxRunning)
      throw new UnsupportedOperationError(
        `The caller has ${this.maxRunning} running tasks; send the message when one of them has ended.`,
      );
    checkOutputModes(configuration?.acceptedOutputModes);
    if (configuration?.taskPushNotificationConfig !== undefined && !this.hasPush)
      throw new PushNotificationNotSupportedError();
  }

  /** Takes the run to which a message replies. Returns `undefined` if the SDK rejects the message. */
  private async takeRun(message: Message, context: CallContext): Promise<CallContext['work']> {
    const { taskId, contextId } = message;
    const task = await this.tasks.load(taskId, context);
    if (task === undefined || isEnded(task)) return undefined;
    if (contextId !== '' && contextId !== task.contextId) return undefined;
    if (task.status?.state !== TaskState.TASK_STATE_INPUT_REQUIRED)
      throw new UnsupportedOperationError(
        `Task ${taskId} is running; send a message when it requires input.`,
      );
    const run = await this.records.find(taskId);
    const waiting = run?.isWaiting === true ? run.waiting : undefined;
    // An answer that a client sends again after a lost response must not answer the next question.
    if (waiting?.replies.includes(message.messageId) === true)
      throw new UnsupportedOperationError(`Task ${taskId} has received this message already.`);
    const decisions = waiting && decisionsOf(message, waiting.state);
    const held = run && (await this.records.take(run));
    // Another reply has taken the run, or the run has expired.
    if (held === undefined || waiting === undefined || decisions === undefined)
      throw new UnsupportedOperationError(`Task ${taskId} has received a reply already.`);
    return { held, waiting, decisions, isStarted: false };
  }

  /** Stores the taken run again if it did not continue. */
  private async restore({ message }: SendMessageRequest, { work }: CallContext): Promise<void> {
    if (message === undefined || work === undefined || 'input' in work || work.isStarted) return;
    await this.records.wait(work.held, work.waiting);
  }
}

/** Waiting run that no other reply and no other cancellation gets. */
interface TakenRun {
  readonly held: HeldRun;
  readonly waiting: WaitingRun;
}
