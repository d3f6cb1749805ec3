import {
  sumUsage,
  type Attempt,
  type ChatResponse,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { abortable, asToolResult } from '@majordomo/core/toolkit';
import type { AgentEvent, Emit } from '../stream/event.ts';
import { isHandoffTool } from '../tools/handoff-tool.ts';
import { hookWarning, type Observers, type StepReport } from './hooks.ts';
import type { RunResult } from '../loop/loop.ts';
import { callsOf, type RunState, type ToolOutcome } from '../state/state.ts';

/** The run's observers, the reader of its events, and its signal, which ends the wait for a slow reader. */
interface ReportIo extends Observers {
  readonly runId: string;
  readonly onEvent?: Emit | undefined;
  readonly signal: AbortSignal;
}

/** Reporter of steps and events to the observers and readers of a run. A step is reported when its last call has a result. */
export class StepReports {
  readonly targets: string[] = [];
  readonly attempts: Attempt[] = [];
  /** Response of the last model call in this process. */
  latest: ChatResponse | undefined;
  private readonly io: ReportIo;
  private readonly observers: readonly Observers[];
  private warnings: readonly Warning[] = [];
  /** Step that this process has started and not reported yet. */
  private step: StepReport | undefined;

  /** @param agentObservers observers of the agent, which are notified before the run's observers */
  constructor(agentObservers: Observers, io: ReportIo) {
    this.io = io;
    this.observers = [agentObservers, io];
  }

  async startStep(state: RunState): Promise<void> {
    await this.reportHandoffs(state);
    await this.endStep();
    const step = state.steps + 1;
    this.notify('onStepStart', { runId: this.io.runId, step, state });
    await this.emit({ type: 'step-start', step });
  }

  async addResponse(step: number, response: ChatResponse): Promise<void> {
    this.latest = response;
    this.targets.push(response.target);
    this.attempts.push(...response.attempts);
    this.step = { runId: this.io.runId, step, response, results: [], usage: response.usage };
    if (callsOf(response.message).length === 0) await this.endStep();
  }

  async startTool(call: ToolCallPart, { steps }: RunState, parentId?: string): Promise<void> {
    const parent = parentId === undefined ? {} : { parentId };
    this.notify('onToolStart', { runId: this.io.runId, step: steps, call, ...parent });
    await this.emit({ type: 'tool-start', call, ...parent });
  }

  /** Reports the end of a call that a tool made. The result is not part of the step, because the model does not receive it. */
  async endInnerTool(
    call: ToolCallPart,
    outcome: ToolOutcome,
    ms: number,
    { steps }: RunState,
    parentId: string,
  ): Promise<void> {
    const { type, callId, name, content, isError } = outcome;
    const result: ToolResultPart = { type, callId, name, content, ...(isError === true && { isError }) };
    this.notify('onToolEnd', { runId: this.io.runId, step: steps, call, parentId, result, ms });
    await this.emit({ type: 'tool-end', result, parentId });
  }

  async endTool(call: ToolCallPart, outcome: ToolOutcome, ms: number, state: RunState): Promise<void> {
    const { suspended, usage, run, innerCalls: _innerCalls, ...result } = outcome;
    if (suspended !== undefined || run !== undefined) return;
    this.notify('onToolEnd', { runId: this.io.runId, step: state.steps, call, result, ms });
    await this.emit({ type: 'tool-end', result });
    await this.addResult(result, usage, state);
  }

  async endRun(result: RunResult | undefined, error: unknown): Promise<void> {
    if (result !== undefined) {
      await this.reportHandoffs(result.state);
      await this.endStep();
    }
    this.notify('onEnd', { runId: this.io.runId, result, error, awaiting: result?.awaiting ?? [] });
  }

  /** Emits an event and ignores the reader's errors. Returns a promise, which an abort settles, only if the reader is slow. */
  readonly emit = (event: AgentEvent): void | Promise<void> => {
    try {
      const read = this.io.onEvent?.(event);
      return read && abortable(read, this.io.signal).catch(() => undefined);
    } catch {
      return undefined;
    }
  };

  /** Whether events have a reader. The model's response is streamed only if events have a reader. */
  get isWatched(): boolean {
    return this.io.onEvent !== undefined;
  }

  readonly warn = (warning: Warning): void => {
    this.warnings = [...this.warnings, warning];
    void this.emit({ type: 'warning', warning });
  };

  takeWarnings(): readonly Warning[] {
    const { warnings } = this;
    this.warnings = [];
    return warnings;
  }

  private async addResult(
    result: ToolResultPart,
    usage: Usage | undefined,
    { pending }: RunState,
  ): Promise<void> {
    if (this.step === undefined) return;
    const results = [...this.step.results, result];
    this.step = { ...this.step, results, usage: sumUsage(this.step.usage, usage) };
    // `pending` are the calls before the tools ran, so the step ends with the last of their results.
    if (pending.every(({ id }) => results.some(({ callId }) => callId === id))) await this.endStep();
  }

  /** Emits the results of handoffs, because no effect reports them. */
  private async reportHandoffs({ messages }: RunState): Promise<void> {
    const { step } = this;
    const turn = messages.findLast(({ role }) => role === 'tool');
    if (step === undefined || turn?.role !== 'tool') return;
    const handoffs = turn.parts
      .map(asToolResult)
      .filter(
        ({ name, callId }) => isHandoffTool(name) && !step.results.some((one) => one.callId === callId),
      );
    for (const result of handoffs) await this.emit({ type: 'tool-end', result });
    this.step = { ...step, results: [...step.results, ...handoffs] };
  }

  private async endStep(): Promise<void> {
    const { step } = this;
    if (step === undefined) return;
    this.step = undefined;
    await this.emit({ type: 'step-end', response: step.response });
    this.notify('onStep', step);
  }

  /** Calls the observers of this kind. Does not wait for them. */
  private notify<K extends keyof Observers>(
    kind: K,
    details: Parameters<NonNullable<Observers[K]>>[0],
  ): void {
    const onFailure = (error: unknown): void => this.warn(hookWarning(kind, error));
    for (const observers of this.observers) {
      const observer = observers[kind] as ((what: unknown) => unknown) | undefined;
      try {
        Promise.resolve(observer?.(details)).catch(onFailure);
      } catch (error) {
        onFailure(error);
      }
    }
  }
}
