import {
  sumUsage,
  type Message,
  type CallOptions,
  type ChatResponse,
  type Clock,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { ask, type Asking } from './ask.ts';
import { toolKey } from './names.ts';
import type { AgentEvent, Emit } from './event.ts';
import { failed, observe, type Hooks, type Observers } from './hooks.ts';
import type { Effects } from './loop.ts';
import type { Once } from './once.ts';
import { runTool } from './run-tool.ts';
import { errorResult, type Answer, type RunState, type ToolOutcome } from './state.ts';

/** What a run hands to its effects. */
export interface EffectsIo extends Observers {
  /** Names the run in `ToolContext.key`. */
  readonly runId: string;
  readonly signal: AbortSignal;
  /** For the tools. */
  readonly context?: unknown;
  /** With it the model's answers are streamed. A promise holds the stream back. */
  readonly onEvent?: Emit | undefined;
  /** For the model calls. */
  readonly options?: CallOptions | undefined;
  /** Agents above this one. */
  readonly depth?: number | undefined;
}

/** The effects on this process's model and tools. */
export class LocalEffects implements Omit<Effects, 'decisions' | 'claim'> {
  private readonly once: Once;
  private readonly asking: Asking;
  private readonly io: EffectsIo;
  private readonly clock: Pick<Clock, 'timer'>;
  private readonly observers: readonly Observers[];
  private step: OpenStep | undefined;
  /** Of hooks that failed: they go into the next answer. */
  private readonly warnings: Warning[] = [];
  readonly steer: Effects['steer'];

  constructor(asking: Asking, io: EffectsIo, clock: Pick<Clock, 'timer'>, once: Once) {
    this.asking = asking;
    this.io = io;
    this.clock = clock;
    this.once = once;
    this.observers = [asking.hooks, io];
    const { steer } = asking.hooks;
    if (steer !== undefined) this.steer = (state) => this.steered(state, steer);
  }

  readonly ask = async (state: RunState): Promise<Answer> => {
    await this.endStep();
    const step = state.steps + 1;
    this.tell('onStepStart', { step, state });
    await this.emit({ type: 'step-start', step });
    const { signal, options } = this.io;
    const emit = this.io.onEvent === undefined ? undefined : (event: AgentEvent) => this.emit(event);
    const warn = (warning: Warning): void => {
      this.warn(warning);
    };
    const { response, offered } = await ask(state, this.asking, { ...options, signal }, { emit, warn });
    this.step = { step, response, results: [], usage: response.usage };
    if (response.toolCalls.length === 0) await this.endStep();
    const { id, target, message, finish, usage, warnings, toolCalls } = response;
    const by = toolCalls.some(this.asking.rules.isOnce) ? this.once.mark() : undefined;
    return {
      ...{ id, target, message, finish, usage },
      warnings: [...warnings, ...this.warnings.splice(0)],
      ...(offered === undefined ? {} : { offered }),
      ...(by === undefined ? {} : { by }),
    };
  };

  readonly runTool = async (call: ToolCallPart, state: RunState): Promise<ToolOutcome> => {
    this.tell('onToolStart', { step: state.steps, call });
    await this.emit({ type: 'tool-start', call });
    const outcome = await this.run(call, state);
    if (outcome.suspended !== undefined) return outcome;
    const { usage, ...result } = outcome;
    await this.emit({ type: 'tool-end', result });
    await this.ran(result, usage, state);
    return outcome;
  };

  /** Tells of a step whose last calls were decided instead of run. */
  async endStep(): Promise<void> {
    const { step } = this;
    if (step === undefined) return;
    this.step = undefined;
    await this.emit({ type: 'step-end', response: step.response });
    this.tell('onStep', step);
  }

  private async run(call: ToolCallPart, state: RunState): Promise<ToolOutcome> {
    const { tools } = this.asking;
    const { runId, signal, context, options = {}, depth = 0 } = this.io;
    const names = state.offered ?? tools.specs.map(({ name }) => name);
    const tool = names.includes(call.name) ? tools.get(call.name) : undefined;
    const key = toolKey(runId, state, call);
    if (tool?.effect === 'once' && !this.once.mayBegin(key, state.claims?.[call.id] ?? state.by)) {
      return errorResult(
        call,
        'The outcome of this call is unknown: it was begun, and then the process ended. It was not begun again.',
      );
    }
    return runTool({
      tool,
      call,
      names,
      context: { signal, callId: call.id, key, context, options, depth },
      clock: this.clock,
    });
  }

  private async ran(result: ToolResultPart, usage: Usage | undefined, { pending }: RunState): Promise<void> {
    const { step } = this;
    if (step === undefined) return;
    const results = [...step.results, result];
    const total = sumUsage(step.usage, usage);
    this.step = { ...step, results, usage: total };
    if (pending.every(({ id }) => results.some(({ callId }) => callId === id))) await this.endStep();
  }

  /** No promise of its own: this is called for every delta. An observer is a guest, and cannot end the run. */
  private emit(event: AgentEvent): void | Promise<void> {
    try {
      return this.io.onEvent?.(event)?.catch(() => undefined);
    } catch {
      return undefined;
    }
  }

  private async steered(state: RunState, steer: NonNullable<Hooks['steer']>): Promise<readonly Message[]> {
    try {
      return (await steer(state)) ?? [];
    } catch (error) {
      this.warn(failed('steer', error));
      return [];
    }
  }

  private warn(warning: Warning): void {
    this.warnings.push(warning);
    void this.emit({ type: 'warning', warning });
  }

  private tell<K extends keyof Observers>(kind: K, what: Parameters<NonNullable<Observers[K]>>[0]): void {
    observe(kind, what, this.observers, (warning) => {
      this.warn(warning);
    });
  }
}

/** A step whose response came in this process. */
interface OpenStep {
  readonly step: number;
  readonly response: ChatResponse;
  readonly results: readonly ToolResultPart[];
  readonly usage: Usage | undefined;
}
