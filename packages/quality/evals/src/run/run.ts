import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { compareText, type NamedCase } from '../cases/cases.ts';
import type { Settings } from '../definition/options.ts';
import type { RecordedCall, Recordings } from '../record/recordings.ts';
import { runSample, type SampleOptions, type SampleResult } from './sample.ts';
import { isMissing, samplesByCase } from '../cases/samples.ts';
import { costOfCalls, nanoUsdText } from '../record/stored-call.ts';
import { summarize } from './summary.ts';
import type { EvalDefinition, EvaluateOptions, Evaluation } from '../definition/types.ts';

/** Inputs of a run, which were checked or read from files. */
interface RunInputs {
  readonly cases: readonly NamedCase[];
  readonly settings: Settings;
  /** Recordings of the evaluation, or `undefined` in mode `live`. */
  readonly recordings: Recordings | undefined;
  readonly baseline: Evaluation | undefined;
}

type Task = Pick<SampleOptions, 'one' | 'trial'>;

/**
 * Runs all samples and returns the evaluation without a comparison. Rejects with `aborted`, or with the error of an invalid
 * result.
 */
export async function runSamples(
  definition: EvalDefinition,
  { signal, only, onProgress }: EvaluateOptions,
  { cases, settings, recordings, baseline }: RunInputs,
): Promise<Evaluation> {
  const { mode, clock, concurrency, margins, trials, budgetNanoUsd, redactor, catalog } = settings;
  const tasks = cases.flatMap((one) =>
    Array.from({ length: trials }, (_, at): Task => ({ one, trial: at + 1 })),
  );
  const baselines = samplesByCase(baseline?.samples ?? []);
  const stop = new AbortController();
  const results: SampleResult[] = [];
  const warnings: string[] = [];
  let [started, errors, replayed] = [0, 0, 0];
  /** Cost of live calls in nano-dollars, or `undefined` after a call whose cost is unknown. */
  let spent = 0n as bigint | undefined;

  const isBudgetSpent = (): boolean => {
    if (budgetNanoUsd === undefined) return false;
    if (spent === undefined) return true;
    // A budget of 0 permits samples that cost nothing, such as replayed samples.
    return spent > 0n && spent >= budgetNanoUsd;
  };

  const addCost = async (call: RecordedCall): Promise<void> => {
    const cost = nanoUsdText(await costOfCalls([call], catalog));
    spent = spent === undefined || cost === undefined ? undefined : spent + BigInt(cost);
  };

  const run = ({ one, trial }: Task): Promise<SampleResult> => {
    const before = baselines.get(one.id) ?? [];
    return runSample({
      ...settings,
      definition,
      one,
      trial,
      stop: stop.signal,
      recording: recordings?.get({ case: one.id, trial }),
      baseline: (before.find((sample) => sample.trial === trial) ?? before[0])?.text,
      onLiveCall: addCost,
    });
  };

  /** Appends the recording of a sample, unless it contains a secret. */
  const store = async ({ recording, sample }: SampleResult): Promise<void> => {
    if (mode !== 'record' || recording === undefined) return;
    const found = sample.replayed ? [] : redactor.find(JSON.stringify(recording));
    if (found.length === 0) return recordings?.append(recording);
    const rules = [...new Set(found.map(({ rule }) => rule))].join(', ');
    const place = `case ${JSON.stringify(sample.case)}, trial ${sample.trial}`;
    warnings.push(`${place}: not recorded, because the redactor found ${rules}`);
  };

  const report = ({ sample }: SampleResult): void => {
    if (isMissing(sample)) errors++;
    if (sample.replayed) replayed++;
    const counts = { done: results.length, total: tasks.length, errors, replayed };
    notify(onProgress, { ...counts, spentNanoUsd: spent?.toString() });
  };

  /** Takes samples from the queue and runs them one at a time. The first error stops the run. */
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted && !isBudgetSpent()) {
      const task = tasks[started];
      if (task === undefined) return;
      started++;
      try {
        const result = await run(task);
        await store(result);
        // The run may have been stopped while this sample was running. Its recording is stored, but its result is omitted.
        if (stop.signal.aborted as boolean) return;
        results.push(result);
        report(result);
      } catch (error) {
        stop.abort(error);
      }
    }
  };

  const onAbort = (): void => {
    stop.abort(new LlmError('aborted', `evaluation ${definition.name}: the run was aborted`));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  await Promise.all(Array.from({ length: concurrency }, work));
  signal?.removeEventListener('abort', onAbort);
  stop.signal.throwIfAborted();

  const skipped = tasks.length - started;
  if (mode === 'record') {
    // Remove recordings of samples that the definition no longer has. A run of only some samples keeps all recordings.
    const isPart = only !== undefined || settings.hasFewerTrials || skipped > 0;
    const planned = new Set(tasks.map(({ one, trial }) => `${trial}#${one.id}`));
    await recordings?.finish((place) => isPart || planned.has(`${place.trial}#${place.case}`));
  }
  return summarize(definition, results, {
    at: new Date(clock.now()).toISOString(),
    margins,
    cases: cases.length,
    skipped,
    spentNanoUsd: spent?.toString(),
    warnings: warnings.toSorted(compareText),
  });
}
