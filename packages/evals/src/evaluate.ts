import { join } from 'node:path';
import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { compareText, loadCases, type NamedCase } from './cases.ts';
import { compare } from './compare.ts';
import { costOfCalls } from './costs.ts';
import { readEvaluation, writeEvaluation } from './evaluation-file.ts';
import type { EvaluateOptions, Evaluation, Sample, Totals } from './evaluation.ts';
import { readSettings, type Settings } from './options.ts';
import { Recordings } from './recordings.ts';
import { runSample, type SampleResult } from './sample.ts';
import type { EvalDefinition } from './types.ts';

/**
 * Runs every case, scores it and compares it with the baseline. A failed sample does not reject the run: see `verdict`.
 *
 * Rejects with `config` for a definition, a case or an option that is invalid, for a duplicate case id, and for a recordings or
 * baseline file in another format; with `aborted` when the signal aborts. In `record` mode finished samples are stored by then.
 *
 * @example
 * const { verdict, reasons } = await evaluate(support, { folder: 'evals' });
 */
export async function evaluate<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const settings = readSettings(definition as EvalDefinition<never, never>, options);
  const { name } = definition;
  const { folder = 'evals', mode = 'replay', only } = options;
  const cases = await loadCases(name, definition.cases, only);
  const baselineFile = join(folder, `${name}.baseline.jsonl`);
  const baseline = await readBaseline(baselineFile);
  const recordings =
    mode === 'live' ? undefined : await Recordings.open(join(folder, `${name}.recordings.jsonl`), name);
  const run = new Run(
    definition as unknown as EvalDefinition,
    cases,
    options,
    settings,
    recordings,
    baseline,
  );
  await run.complete();
  if (mode === 'record') await run.finishRecordings();
  const evaluation = compare(baseline, run.evaluation());
  if (options.accept !== true) return evaluation;
  const problem = reasonNotToAccept(evaluation, only);
  if (problem !== undefined)
    return { ...evaluation, warnings: [...evaluation.warnings, `the baseline was not written: ${problem}`] };
  await writeEvaluation(baselineFile, evaluation);
  return evaluation;
}

async function readBaseline(file: string): Promise<Evaluation | undefined> {
  return readEvaluation(file).catch((error: unknown) => {
    if (LlmError.is(error, 'not-found')) return undefined;
    throw error;
  });
}

function reasonNotToAccept(
  { totals, gates }: Evaluation,
  only: readonly string[] | undefined,
): string | undefined {
  if (totals.errors + totals.skipped > 0) return 'the run is incomplete';
  if (gates.some(({ passed }) => !passed)) return 'a gate failed';
  return only === undefined ? undefined : 'the run is restricted by `only`';
}

/** Run of all samples. */
class Run {
  private readonly definition: EvalDefinition;
  private readonly options: EvaluateOptions;
  private readonly settings: Settings;
  private readonly recordings: Recordings | undefined;
  private readonly clock: Clock;
  private readonly redactor: Redactor;
  private readonly tasks: readonly { readonly one: NamedCase; readonly trial: number }[];
  private readonly caseCount: number;
  private readonly results: SampleResult[] = [];
  private readonly warnings: string[] = [];
  private readonly stop = new AbortController();
  private readonly baseline: readonly Sample[];
  private next = 0;
  /** Cost of live calls; `undefined` after one of unknown cost. */
  private spent: bigint | undefined = 0n;

  constructor(
    definition: EvalDefinition,
    cases: readonly NamedCase[],
    options: EvaluateOptions,
    settings: Settings,
    recordings: Recordings | undefined,
    baseline: Evaluation | undefined,
  ) {
    this.definition = definition;
    this.options = options;
    this.settings = settings;
    this.recordings = recordings;
    this.clock = options.clock ?? systemClock;
    this.redactor = options.redactor ?? createRedactor();
    this.caseCount = cases.length;
    this.tasks = cases.flatMap((one) =>
      Array.from({ length: settings.trials }, (_, at) => ({ one, trial: at + 1 })),
    );
    this.baseline = baseline?.samples ?? [];
  }

  /** Runs all samples. Rejects with `aborted`, or with the error of an invalid result. */
  async complete(): Promise<void> {
    const { signal } = this.options;
    const onAbort = (): void => this.stop.abort(new LlmError('aborted', this.text('was aborted')));
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.all(Array.from({ length: this.settings.concurrency }, () => this.work()));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    this.stop.signal.throwIfAborted();
  }

  /** Sorts the recordings and removes those of other samples, unless the run was only a part. */
  async finishRecordings(): Promise<void> {
    const isPart = this.options.only !== undefined || this.settings.hasFewerTrials || this.skipped > 0;
    const planned = new Set(this.tasks.map(({ one, trial }) => `${trial}#${one.id}`));
    await this.recordings?.finish((place) => isPart || planned.has(`${place.trial}#${place.case}`));
  }

  private text(what: string): string {
    return `evaluation ${this.definition.name}: the run ${what}`;
  }

  private async work(): Promise<void> {
    for (;;) {
      if (this.isStopped() || this.isBudgetSpent) return;
      const task = this.tasks[this.next];
      if (task === undefined) return;
      this.next++;
      try {
        const result = await this.sample(task.one, task.trial);
        if (this.isStopped()) return;
        this.results.push(result);
        await this.store(result);
        this.report();
      } catch (error) {
        // The first error rejects the evaluation; the other samples end by the signal.
        this.stop.abort(error);
        return;
      }
    }
  }

  private isStopped(): boolean {
    return this.stop.signal.aborted;
  }

  private get isBudgetSpent(): boolean {
    const { budgetNanoUsd } = this.settings;
    if (budgetNanoUsd === undefined) return false;
    return this.spent === undefined || (this.spent > 0n && this.spent >= budgetNanoUsd);
  }

  private get skipped(): number {
    return this.tasks.length - this.next;
  }

  private sample(one: NamedCase, trial: number): Promise<SampleResult> {
    const { mode = 'replay', catalog } = this.options;
    const baseline = this.baseline.filter((sample) => sample.case === one.id);
    return runSample({
      definition: this.definition,
      one,
      trial,
      mode,
      timeoutMs: this.settings.timeoutMs,
      stop: this.stop,
      clock: this.clock,
      catalog,
      redactor: this.redactor,
      recording: this.recordings?.get(one.id, trial),
      baseline: (baseline.find((sample) => sample.trial === trial) ?? baseline[0])?.text,
      onLiveCall: async (call) => {
        const { nanoUsd, basis } = await costOfCalls([call], catalog);
        if (basis === 'included') return;
        this.spent = this.spent === undefined || nanoUsd === undefined ? undefined : this.spent + nanoUsd;
      },
    });
  }

  /** Appends the recording of a sample, unless it contains a secret. */
  private async store({ recording, sample }: SampleResult): Promise<void> {
    if (this.options.mode !== 'record' || recording === undefined) return;
    const line = JSON.stringify(recording);
    const rules = sample.replayed ? [] : this.redactor.find(line).map(({ rule }) => rule);
    if (rules.length === 0) await this.recordings?.append(recording, line);
    else
      this.warnings.push(
        `case ${JSON.stringify(sample.case)}, trial ${sample.trial}: not recorded, because the redactor found ${[...new Set(rules)].join(', ')}`,
      );
  }

  private report(): void {
    if (this.options.onProgress === undefined) return;
    const samples = this.results.map(({ sample }) => sample);
    notify(this.options.onProgress, {
      done: samples.length,
      total: this.tasks.length,
      errors: samples.filter(isMissing).length,
      replayed: samples.filter(({ replayed }) => replayed).length,
      spentNanoUsd: this.spent?.toString(),
    });
  }

  /** Returns the finished run before its comparison. */
  evaluation(): Evaluation {
    const { name, checks = {}, gates = {} } = this.definition;
    const samples = this.results
      .map(({ sample }) => sample)
      .sort((a, b) => compareText(a.case, b.case) || a.trial - b.trial);
    return {
      format: 'majordomo-evaluation/1',
      name,
      at: new Date(this.clock.now()).toISOString(),
      verdict: 'pass',
      reasons: [],
      checks: Object.entries(checks).map(([key, { version, isPreference }]) => ({
        name: key,
        ...(version !== undefined && { version }),
        ...(isPreference && { isPreference }),
      })),
      margins: this.settings.margins,
      metrics: [],
      gates: Object.keys(gates).map((gate) => {
        const failed = samples.filter((sample) => sample.gates[gate]?.passed === false);
        return {
          name: gate,
          passed: failed.length === 0,
          failed: failed.map((sample) => `${sample.case}#${sample.trial}`),
        };
      }),
      totals: this.totals(samples),
      baseline: undefined,
      warnings: this.warnings.sort(compareText),
      samples,
    };
  }

  private totals(samples: readonly Sample[]): Totals {
    const times = samples
      .filter((sample) => !isMissing(sample))
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    return {
      cases: this.caseCount,
      samples: samples.length,
      errors: samples.filter(isMissing).length,
      skipped: this.skipped,
      replayed: samples.filter(({ replayed }) => replayed).length,
      nanoUsd: sum(samples.map(({ nanoUsd }) => nanoUsd)),
      judgeNanoUsd: sum(this.results.map(({ judgeNanoUsd }) => judgeNanoUsd)),
      spentNanoUsd: this.spent?.toString(),
      msP50: quantile(times, 0.5),
      msP95: quantile(times, 0.95),
    };
  }
}

const isMissing = ({ error }: Sample): boolean => error !== undefined && !error.counts;

/** Returns the sum of decimal nano-dollars; `undefined` if one is unknown. */
function sum(amounts: readonly (string | undefined)[]): string | undefined {
  const known = amounts.filter((amount) => amount !== undefined);
  if (known.length < amounts.length) return undefined;
  return known.reduce((total, amount) => total + BigInt(amount), 0n).toString();
}

/** Returns a quantile of sorted values by the nearest rank. */
const quantile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
