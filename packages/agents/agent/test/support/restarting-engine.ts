import { EventEmitter, once } from 'node:events';
import { LlmError, type ToolCallPart } from '@majordomo/core';
import type { EngineRuns } from '@majordomo/conformance';
import { replayRun } from '@majordomo/conformance';
import {
  initialStateFrom,
  resultFromJson,
  runJournaled,
  findWaitingCall,
  type WaitingCall,
} from '../../src/durable.ts';
import type { Agent, Decision, RunResult } from '../../src/index.ts';

/** Engine in memory that restarts a run after every entry, with the interface of an adapter. */
export class RestartingEngine implements EngineRuns {
  private readonly agent: Agent;
  private readonly runs = new Map<string, Run>();

  constructor(agent: Agent) {
    this.agent = agent;
  }

  async start(runId: string, input: string): Promise<void> {
    initialStateFrom(input, runId);
    await this.of(runId).begin(this.agent, runId, input);
  }

  async result(
    runId: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunResult> {
    const run = this.of(runId);
    await run.until(() => run.outcome !== undefined, options.signal);
    if (run.outcome instanceof LlmError)
      throw new LlmError(run.outcome.kind, `run "${runId}": ${run.outcome.message}`, run.outcome.details);
    return run.outcome!;
  }

  async awaiting(
    runId: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly ToolCallPart[]> {
    const run = this.of(runId);
    await run.until(() => run.outcome !== undefined || run.undecided.length > 0, options.signal);
    return run.outcome === undefined ? run.undecided.map(({ call }) => call) : [];
  }

  async decide(runId: string, decision: Decision): Promise<void> {
    const run = this.of(runId);
    run.decide(findWaitingCall(run.undecided, decision), decision);
  }

  private of(runId: string): Run {
    const run = this.runs.get(runId) ?? new Run();
    this.runs.set(runId, run);
    return run;
  }
}

class Run {
  outcome: RunResult | LlmError | undefined;
  private hasStarted = false;
  private waitingCalls: readonly WaitingCall[] = [];
  private readonly decisions = new Map<string, Decision>();
  private readonly changes = new EventEmitter();

  /** Calls that wait for a decision. */
  get undecided(): readonly WaitingCall[] {
    return this.waitingCalls.filter(({ name }) => !this.decisions.has(name));
  }

  async begin(agent: Agent, runId: string, input: string): Promise<void> {
    if (this.hasStarted) return;
    this.hasStarted = true;
    void replayRun((journal) =>
      runJournaled(agent, input, {
        runId,
        signal: new AbortController().signal,
        step: (name, run) => journal.step(name, run),
        decision: (_call, name) =>
          journal.step(name, async () => {
            await this.until(() => this.decisions.has(name));
            return this.decisions.get(name)!;
          }),
        awaiting: async (waitingCalls) => {
          this.waitingCalls = waitingCalls;
          this.changes.emit('change');
        },
        toEngineError: (error) => error,
      }),
    ).then(
      ({ value }) => {
        this.end(resultFromJson(value));
      },
      (error: unknown) => {
        this.end(error as LlmError);
      },
    );
  }

  decide({ name }: WaitingCall, decision: Decision): void {
    this.decisions.set(name, structuredClone(decision));
    this.changes.emit('change');
  }

  async until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    while (!condition())
      await once(this.changes, 'change', { signal }).catch((cause: unknown) => {
        throw new LlmError('aborted', 'the wait was aborted', {}, { cause });
      });
  }

  private end(outcome: RunResult | LlmError): void {
    this.outcome = outcome;
    this.changes.emit('change');
  }
}
