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

/** An engine in memory that throws a run away after every entry, as an adapter of one offers it. */
export class WorstEngine implements EngineRuns {
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
    await run.until(() => run.ended !== undefined, options.signal);
    if (run.ended instanceof LlmError)
      throw new LlmError(run.ended.kind, `run "${runId}": ${run.ended.message}`, run.ended.details);
    return run.ended!;
  }

  async awaiting(
    runId: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly ToolCallPart[]> {
    const run = this.of(runId);
    await run.until(() => run.ended !== undefined || run.open.length > 0, options.signal);
    return run.ended === undefined ? run.open.map(({ call }) => call) : [];
  }

  async decide(runId: string, decision: Decision): Promise<void> {
    const run = this.of(runId);
    run.decide(findWaitingCall(run.open, decision), decision);
  }

  private of(runId: string): Run {
    const run = this.runs.get(runId) ?? new Run();
    this.runs.set(runId, run);
    return run;
  }
}

class Run {
  ended: RunResult | LlmError | undefined;
  private isBegun = false;
  private waiting: readonly WaitingCall[] = [];
  private readonly decided = new Map<string, Decision>();
  private readonly news = new EventEmitter();

  /** The calls that wait and were not decided on. */
  get open(): readonly WaitingCall[] {
    return this.waiting.filter(({ name }) => !this.decided.has(name));
  }

  async begin(agent: Agent, runId: string, input: string): Promise<void> {
    if (this.isBegun) return;
    this.isBegun = true;
    void replayRun((journal) =>
      runJournaled(agent, input, {
        runId,
        signal: new AbortController().signal,
        step: (name, run) => journal.step(name, run),
        decision: (_call, name) =>
          journal.step(name, async () => {
            await this.until(() => this.decided.has(name));
            return this.decided.get(name)!;
          }),
        awaiting: async (waiting) => {
          this.waiting = waiting;
          this.news.emit('news');
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
    this.decided.set(name, structuredClone(decision));
    this.news.emit('news');
  }

  async until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    while (!holds())
      await once(this.news, 'news', { signal }).catch((cause: unknown) => {
        throw new LlmError('aborted', 'nobody waits any more', {}, { cause });
      });
  }

  private end(ended: RunResult | LlmError): void {
    this.ended = ended;
    this.news.emit('news');
  }
}
