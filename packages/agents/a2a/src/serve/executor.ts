import { TaskState, type Part } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
  type ServerCallContext,
} from '@a2a-js/sdk/server';
import type { RunResult } from '@majordomo/agent';
import { LlmError, systemClock, user, type Clock, type Message } from '@majordomo/core';
import { abortable, notify } from '@majordomo/core/toolkit';
import { memoryRecords } from '@majordomo/records';
import { isEnded, statusOf, textPart, type TaskIds } from '../messages.ts';
import { AnswerArtifact } from './answer-artifact.ts';
import type { CallContext, Work } from './call-context.ts';
import { scopeOf, type Scope } from './scope.ts';
import { publicText } from './failure.ts';
import type { ServeA2aOptions } from './options.ts';
import { questionOf } from './replies.ts';
import type { HeldRun, WaitingRun } from './run-records.ts';
import { watchRun, type WatchIo } from './watch-run.ts';

/** Maximum wait until the state of a task is stored, and the time between two looks, in milliseconds. */
const STORE_MS = 5000;
const LOOK_MS = 10;

/** Reason of an abort after which the task has its final state. */
const ENDED = new LlmError('aborted', 'the task was canceled');

/** Task on which this process works. */
interface RunningTask {
  readonly ids: TaskIds;
  readonly controller: AbortController;
  readonly answer: AnswerArtifact;
  readonly bus: ExecutionEventBus;
  readonly context: CallContext;
  /** State that was published last. */
  state: TaskState;
}

/** Dependencies of `RunExecutor`. */
export interface ExecutorIo extends WatchIo {
  readonly options: Pick<ServeA2aOptions, 'agent' | 'onEvent'>;
}

/** Runs the agent for the tasks of the SDK's request handler. */
export class RunExecutor implements AgentExecutor {
  private readonly io: ExecutorIo;
  private readonly clock: Clock;
  private readonly running = new Map<string, RunningTask>();
  private readonly executions = new Set<Promise<void>>();
  /** Tasks whose work has ended in the last 5 seconds, and whose state the SDK may not have stored yet. */
  private readonly ended = new Set<RunningTask>();

  constructor(io: ExecutorIo) {
    this.io = io;
    this.clock = io.clock;
  }

  isRunning(taskId: string): boolean {
    return this.running.has(taskId);
  }

  /** Returns the number of the user's tasks on which this process works. */
  countOf(user: string): number {
    return [...this.running.values()].filter(({ context }) => context.caller.user === user).length;
  }

  /** Runs the work of a message. Never rejects, because the SDK would send the message of any error to the client. */
  readonly execute = async (
    { taskId, contextId, context, userMessage }: RequestContext,
    bus: ExecutionEventBus,
  ): Promise<void> => {
    const ids = { taskId, contextId };
    const controller = new AbortController();
    const answer = new AnswerArtifact(ids, this.clock, (update) => {
      bus.publish(AgentEvent.artifactUpdate(update));
    });
    const task: RunningTask = {
      ids,
      controller,
      answer,
      bus,
      context: context as CallContext,
      state: TaskState.TASK_STATE_WORKING,
    };
    this.running.set(taskId, task);
    const execution = this.work(task, userMessage.messageId);
    this.executions.add(execution);
    await execution;
    this.executions.delete(execution);
  };

  /** Publishes the final state, and aborts the run. */
  readonly cancelTask = (taskId: string): Promise<void> => {
    const task = this.running.get(taskId);
    if (task !== undefined) this.endCanceled(task);
    return Promise.resolve();
  };

  /** Aborts all runs, whose tasks fail with the reason, and waits until their end is stored. */
  async close(reason: LlmError): Promise<void> {
    for (const task of this.running.values()) this.abort(task, reason);
    await Promise.all(this.executions);
    const ended = [...this.ended];
    if (ended.length === 0) return;
    await Promise.all(ended.map(({ ids, context, state }) => this.untilStored(ids.taskId, context, state)));
    // The SDK notifies webhooks in the turn of the event loop in which it has stored the task.
    await systemClock.sleep(LOOK_MS, new AbortController().signal);
  }

  /**
   * Waits until the SDK has stored a state of a task, or its end, at most 5 seconds. A store that fails is not read again. The
   * waits use the system clock, because the SDK stores at its own speed.
   */
  async untilStored(taskId: string, context: ServerCallContext, state: TaskState): Promise<void> {
    const { signal } = new AbortController();
    for (let looks = 0; looks < STORE_MS / LOOK_MS; looks++) {
      const task = await this.io.tasks.load(taskId, context).catch(() => undefined);
      if (task === undefined || task.status?.state === state || isEnded(task)) return;
      await systemClock.sleep(LOOK_MS, signal);
    }
  }

  private endCanceled(task: RunningTask): void {
    if (task.controller.signal.aborted) return;
    this.publish(task, TaskState.TASK_STATE_CANCELED);
    this.abort(task, ENDED);
  }

  private abort({ controller, answer }: RunningTask, reason: LlmError): void {
    answer.stop();
    controller.abort(reason);
  }

  private async work(task: RunningTask, messageId: string): Promise<void> {
    const { ids, controller, bus, context } = task;
    const { work } = context;
    const { records, onError } = this.io;
    // From here on, `TaskHandler` does not store the run again if the request fails.
    if (work !== undefined && 'waiting' in work) work.isStarted = true;
    const status = statusOf(TaskState.TASK_STATE_WORKING, this.clock.now(), ids, undefined);
    const watched = {
      taskId: ids.taskId,
      context,
      onCanceled: () => {
        this.endCanceled(task);
      },
      onEnded: () => {
        this.abort(task, ENDED);
      },
      onLost: (error: LlmError) => {
        this.abort(task, error);
      },
    };
    let held: HeldRun | undefined;
    let stop = (): void => undefined;
    try {
      try {
        // The run exists before the task, because a task without a run has failed.
        held = await this.heldRun(task, work);
        stop = watchRun(watched, held, this.io);
      } finally {
        // Published in any case, because a failure is a status of the task.
        const { taskId: id, contextId } = ids;
        bus.publish(AgentEvent.task({ id, contextId, status, artifacts: [], history: [], metadata: {} }));
      }
      if (work === undefined) throw new Error('the request has no work');
      await abortable(this.run(task, work, held, messageId), controller.signal);
    } catch (error) {
      task.answer.stop();
      // `fail` returns false if a client has canceled the task at another process.
      const hasFailed = held === undefined || (await records.fail(held));
      if (controller.signal.reason === ENDED) return;
      if (hasFailed) {
        notify(onError, error);
        this.publish(task, TaskState.TASK_STATE_FAILED, [textPart(publicText(error))]);
      } else this.publish(task, TaskState.TASK_STATE_CANCELED);
    } finally {
      stop();
      this.running.delete(ids.taskId);
      this.ended.add(task);
      this.clock.timer(STORE_MS, () => void this.ended.delete(task), { isBackground: true });
      // Without effect for a run that waits, whose lease `wait` has ended.
      if (held !== undefined) await records.end(held);
    }
  }

  private heldRun({ ids, context }: RunningTask, work: Work | undefined): Promise<HeldRun> | HeldRun {
    if (work !== undefined && 'held' in work) return work.held;
    const { tenant = '', caller } = context;
    return this.io.records.begin(ids.taskId, { tenant, user: caller.user });
  }

  private async run(task: RunningTask, work: Work, held: HeldRun, messageId: string): Promise<void> {
    const { context } = task;
    const { taskId, contextId } = task.ids;
    const scope = await scopeOf(context);
    const { agent, onEvent } = this.io.options;
    const isNew = 'input' in work;
    const earlier = isNew ? await this.io.records.conversation(scope, contextId) : [];
    const stream = agent.stream(isNew ? [...earlier, user(work.input)] : work.waiting.state, {
      signal: task.controller.signal,
      runId: taskId,
      context: context.caller,
      // No other process has claims of the run: a failed run never continues, and a reply takes the waiting run out of the store before
      // it continues.
      records: memoryRecords(),
      decisions: isNew ? [] : work.decisions,
    });
    try {
      for await (const event of stream) {
        notify(onEvent, event);
        if (event.type === 'step-start') task.answer.restart();
        if (event.type !== 'model') continue;
        if (event.event.type === 'reset') task.answer.restart();
        if (event.event.type === 'text-delta') task.answer.add(event.event.text);
      }
      const result = await stream.result();
      const before = isNew ? { earlier: earlier.length, replies: [] } : work.waiting;
      await this.finish(task, held, result, { ...before, replies: [...before.replies, messageId] }, scope);
    } catch (error) {
      if (isNew || !isWrongDecision(error)) throw error;
      // The agent has checked the decisions before any effect, so the client can reply again.
      const { waiting } = work;
      await this.io.records.wait(held, waiting);
      const question = [textPart(publicText(error)), ...questionOf(waiting.state)];
      this.publish(task, TaskState.TASK_STATE_INPUT_REQUIRED, question);
    }
  }

  /** Stores the result, and publishes the state of the task, unless it was canceled meanwhile. */
  private async finish(
    task: RunningTask,
    held: HeldRun,
    result: RunResult,
    { earlier, replies }: Pick<WaitingRun, 'earlier' | 'replies'>,
    scope: Scope,
  ): Promise<void> {
    const { contextId } = task.ids;
    const { records } = this.io;
    const { state, awaiting, done, text, messages } = result;
    if (awaiting.length > 0) {
      await records.wait(held, { state, earlier, replies });
      if (task.controller.signal.aborted) return;
      task.answer.stop();
      this.publish(task, TaskState.TASK_STATE_INPUT_REQUIRED, questionOf(state));
      return;
    }
    await records.finish(held);
    const own: readonly Message[] = messages.slice(earlier);
    await records.append(scope, contextId, own);
    if (task.controller.signal.aborted) return;
    task.answer.end(text);
    if (done === 'answered') this.publish(task, TaskState.TASK_STATE_COMPLETED);
    else
      this.publish(task, TaskState.TASK_STATE_FAILED, [
        textPart(`the agent stopped without an answer (${String(done)})`),
      ]);
  }

  private publish(task: RunningTask, state: TaskState, parts?: Part[]): void {
    const { ids, bus } = task;
    const { taskId, contextId } = ids;
    task.state = state;
    const status = statusOf(state, this.clock.now(), ids, parts);
    bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined }));
  }
}

const isWrongDecision = (error: unknown): boolean =>
  LlmError.is(error, 'invalid-request') && error.details.path?.startsWith('decisions') === true;
