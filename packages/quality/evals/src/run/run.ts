import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { compareText, type NamedCase } from '../cases/cases.ts';
import type { Settings } from '../definition/options.ts';
import type { RecordedCall, Recordings } from '../record/recordings.ts';
import { runSample, type OnAnswer, type SampleOptions, type SampleResult } from './sample.ts';
import { isMissing, sampleKey, samplesByCase } from '../cases/samples.ts';
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
  readonly onAnswer: OnAnswer | undefined;
}

type Task = Pick<SampleOptions, 'one' | 'trial'>;

/**
 * Runs all samples and returns the evaluation without a comparison. Rejects with `aborted`, or with the error of an invalid
 * result.
 */
export async function runSamples(
  definition: EvalDefinition,
  { signal, only, onProgress }: EvaluateOptions,
  inputs: RunInputs,
): Promise<Evaluation> {
  const { cases, settings, recordings, baseline, onAnswer } = inputs;
  const { mode, clock, concurrency, margins, trials, catalog } = settings;
  const tasks = cases.flatMap((one) =>
    Array.from({ length: trials }, (_, at): Task => ({ one, trial: at + 1 })),
  );
  const baselines = samplesByCase(baseline?.samples ?? []);
  const spending = new Spending(settings.budgetNanoUsd, catalog);
  const stop = new AbortController();
  const results: SampleResult[] = [];
  const warnings: string[] = [];
  let [started, errors, replayed] = [0, 0, 0];

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
      onLiveCall: (call) => spending.add(call),
      onAnswer,
    });
  };

  const report = ({ sample }: SampleResult): void => {
    if (isMissing(sample)) errors++;
    if (sample.replayed) replayed++;
    const counts = { done: results.length, total: tasks.length, errors, replayed };
    notify(onProgress, { ...counts, spentNanoUsd: spending.nanoUsd?.toString() });
  };

  /** Takes samples from the queue and runs them one at a time. The first error stops the run. */
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted && !spending.isLimitReached()) {
      const task = tasks[started];
      if (task === undefined) return;
      started++;
      try {
        const result = await run(task);
        if (mode === 'record') warnings.push(...(await record(result, inputs)));
        // The run may have been stopped while this sample was running. Its recording is stored, but its result is omitted.
        // The cast is needed because TypeScript concludes `false` from the condition of the loop.
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
    const planned = new Set(tasks.map(({ one, trial }) => sampleKey({ case: one.id, trial })));
    await recordings?.finish((place) => isPart || planned.has(sampleKey(place)));
  }
  return summarize(definition, results, {
    at: new Date(clock.now()).toISOString(),
    margins,
    cases: cases.length,
    skipped,
    spentNanoUsd: spending.nanoUsd?.toString(),
    warnings: warnings.toSorted(compareText),
  });
}

/** Cost of the live calls of a run, and its limit. */
class Spending {
  /** Cost so far in nano-dollars; `undefined` after a call whose cost is unknown. */
  nanoUsd: bigint | undefined = 0n;
  private readonly budgetNanoUsd: bigint | undefined;
  private readonly catalog: Settings['catalog'];

  constructor(budgetNanoUsd: bigint | undefined, catalog: Settings['catalog']) {
    this.budgetNanoUsd = budgetNanoUsd;
    this.catalog = catalog;
  }

  async add(call: RecordedCall): Promise<void> {
    const cost = nanoUsdText(await costOfCalls([call], this.catalog));
    this.nanoUsd = this.nanoUsd === undefined || cost === undefined ? undefined : this.nanoUsd + BigInt(cost);
  }

  /** Whether no further sample may start. An unknown cost reaches every limit. */
  isLimitReached(): boolean {
    const { nanoUsd, budgetNanoUsd } = this;
    if (budgetNanoUsd === undefined) return false;
    if (nanoUsd === undefined) return true;
    // A budget of 0 permits samples that cost nothing, such as replayed samples.
    return nanoUsd > 0n && nanoUsd >= budgetNanoUsd;
  }
}

/** Appends the recording of a sample. If the recording contains a secret, does not append it and returns a warning. */
async function record(
  { recording, sample }: SampleResult,
  { settings: { redactor }, recordings }: RunInputs,
): Promise<readonly string[]> {
  if (recording === undefined) return [];
  // A replayed sample has the calls of the existing recording, which was checked when it was made.
  const found = sample.replayed ? [] : redactor.find(JSON.stringify(recording));
  if (found.length === 0) {
    await recordings?.append(recording);
    return [];
  }
  const rules = [...new Set(found.map(({ rule }) => rule))].join(', ');
  const place = `case ${JSON.stringify(sample.case)}, trial ${sample.trial}`;
  return [`${place}: not recorded, because the redactor found ${rules}`];
}
