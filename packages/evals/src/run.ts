import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { compareText, type NamedCase } from './cases.ts';
import type { Settings } from './options.ts';
import type { RecordedCall, Recordings } from './recordings.ts';
import { runSample, type SampleOptions, type SampleResult } from './sample.ts';
import { isMissing, samplesByCase } from './samples.ts';
import { costOfCalls, nanoUsdText } from './stored-call.ts';
import { summarize } from './summary.ts';
import type { EvalDefinition, EvaluateOptions, Evaluation, Sample } from './types.ts';

/** Inputs of a run, which were checked or read from files. */
interface RunInputs {
  readonly cases: readonly NamedCase[];
  readonly settings: Settings;
  /** Recordings; `undefined` in mode `live`. */
  readonly recordings: Recordings | undefined;
  readonly baseline: Evaluation | undefined;
}

type Task = Pick<SampleOptions, 'one' | 'trial'>;

/** Runs all samples of an evaluation. */
export class Run {
  private readonly definition: EvalDefinition;
  private readonly options: EvaluateOptions;
  private readonly inputs: RunInputs;
  private readonly tasks: readonly Task[];
  private readonly baseline: ReadonlyMap<string, readonly Sample[]>;
  private readonly results: SampleResult[] = [];
  private readonly warnings: string[] = [];
  private readonly stop = new AbortController();
  private started = 0;
  private errors = 0;
  private replayed = 0;
  /** Cost of live calls in nano-dollars; `undefined` after a call whose cost is unknown. */
  private spent: bigint | undefined = 0n;

  constructor(definition: EvalDefinition, options: EvaluateOptions, inputs: RunInputs) {
    this.definition = definition;
    this.options = options;
    this.inputs = inputs;
    this.tasks = inputs.cases.flatMap((one) =>
      Array.from({ length: inputs.settings.trials }, (_, at) => ({ one, trial: at + 1 })),
    );
    this.baseline = samplesByCase(inputs.baseline?.samples ?? []);
  }

  /**
   * Runs all samples and returns the evaluation before its comparison. Rejects with `aborted`, or with the error of an invalid
   * result.
   */
  async complete(): Promise<Evaluation> {
    const { signal } = this.options;
    const { mode, clock, concurrency, margins } = this.inputs.settings;
    const onAbort = (): void => {
      this.stop.abort(new LlmError('aborted', `evaluation ${this.definition.name}: the run was aborted`));
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.all(Array.from({ length: concurrency }, () => this.work()));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    this.stop.signal.throwIfAborted();
    if (mode === 'record') await this.finishRecordings();
    return summarize(this.definition, this.results, {
      at: new Date(clock.now()).toISOString(),
      margins,
      cases: this.inputs.cases.length,
      skipped: this.skipped,
      spentNanoUsd: this.spent?.toString(),
      warnings: this.warnings.toSorted(compareText),
    });
  }

  private get skipped(): number {
    return this.tasks.length - this.started;
  }

  /** Takes samples from the queue and runs them one at a time. The first error stops the run. */
  private async work(): Promise<void> {
    while (!this.stop.signal.aborted && !this.isBudgetSpent()) {
      const task = this.tasks[this.started];
      if (task === undefined) return;
      this.started++;
      try {
        const result = await this.runTask(task);
        await this.store(result);
        // A sample that finished while the run stopped is recorded, but not reported.
        if (this.stop.signal.aborted as boolean) return;
        this.results.push(result);
        this.report(result);
      } catch (error) {
        this.stop.abort(error);
      }
    }
  }

  private isBudgetSpent(): boolean {
    const { budgetNanoUsd } = this.inputs.settings;
    if (budgetNanoUsd === undefined) return false;
    return this.spent === undefined || (this.spent > 0n && this.spent >= budgetNanoUsd);
  }

  private runTask({ one, trial }: Task): Promise<SampleResult> {
    const baseline = this.baseline.get(one.id) ?? [];
    return runSample({
      ...this.inputs.settings,
      definition: this.definition,
      one,
      trial,
      stop: this.stop.signal,
      recording: this.inputs.recordings?.get({ case: one.id, trial }),
      baseline: (baseline.find((sample) => sample.trial === trial) ?? baseline[0])?.text,
      onLiveCall: (call) => this.addCost(call),
    });
  }

  private async addCost(call: RecordedCall): Promise<void> {
    const cost = nanoUsdText(await costOfCalls([call], this.inputs.settings.catalog));
    this.spent = this.spent === undefined || cost === undefined ? undefined : this.spent + BigInt(cost);
  }

  /** Appends the recording of a sample, unless it contains a secret. */
  private async store({ recording, sample }: SampleResult): Promise<void> {
    const { mode, redactor } = this.inputs.settings;
    if (mode !== 'record' || recording === undefined) return;
    const found = sample.replayed ? [] : redactor.find(JSON.stringify(recording));
    if (found.length === 0) return this.inputs.recordings?.append(recording);
    const rules = [...new Set(found.map(({ rule }) => rule))].join(', ');
    const place = `case ${JSON.stringify(sample.case)}, trial ${sample.trial}`;
    this.warnings.push(`${place}: not recorded, because the redactor found ${rules}`);
  }

  private report({ sample }: SampleResult): void {
    if (isMissing(sample)) this.errors++;
    if (sample.replayed) this.replayed++;
    notify(this.options.onProgress, {
      done: this.results.length,
      total: this.tasks.length,
      errors: this.errors,
      replayed: this.replayed,
      spentNanoUsd: this.spent?.toString(),
    });
  }

  /** Removes recordings that belong to no sample of the definition, unless the run was restricted. */
  private async finishRecordings(): Promise<void> {
    const isPart = this.options.only !== undefined || this.inputs.settings.hasFewerTrials || this.skipped > 0;
    const planned = new Set(this.tasks.map(({ one, trial }) => `${trial}#${one.id}`));
    await this.inputs.recordings?.finish((place) => isPart || planned.has(`${place.trial}#${place.case}`));
  }
}
