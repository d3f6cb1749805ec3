import { formatUsd } from '@majordomo/catalog';
import { type Clock, LlmError, systemClock } from '@majordomo/core';
import { atLeast, checkOptions, type KindsOf, notify } from '@majordomo/core/toolkit';
import type { Limit } from '@majordomo/ledger';
import {
  checkName,
  checkRules,
  DEFAULT_FOLDER,
  DEFAULT_MIN_QUALITY,
  type Experiment,
  readDefinition,
  type ReplayDefinition,
  replayError,
  type ReplayOptions,
  type ReplayProgress,
} from '../experiment/definition.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import { Journal, journalFile, readIndex, removeJournal } from '../journal/journal.ts';
import { ageWarnings } from '../plan/plan-warnings.ts';
import { ensurePlan } from '../plan/make-plan.ts';
import type { ReplayPlan, ReplayReport } from '../report/report.ts';
import { Prices } from '../plan/prices.ts';
import { reportOf } from '../report/report-of.ts';
import type { Rules } from '../journal/lines.ts';
import { resultsOf } from '../stored/results.ts';
import { tenantOf } from '../traffic/tenant.ts';
import { Budget } from './budget.ts';
import { exceededLimits } from './exceeded-limits.ts';
import { BatchCalls } from './batch-calls.ts';
import { type Calls, PaidCalls } from './paid-calls.ts';
import { runUnits } from './run-units.ts';

const CONCURRENCY = 16;
const MOST_CONCURRENCY = 1000;

/** Draws and stores the sample, and states cost and precision. Calls no model. A later call returns the same sample. */
export async function planReplay(
  definition: ReplayDefinition,
  options: ReplayOptions = {},
): Promise<ReplayPlan> {
  return withJournal(definition, options, (session) => session.planWithLimits());
}

/**
 * Runs or continues an experiment. Makes only calls whose answers are not stored.
 *
 * Rejects with `config` for an invalid definition or sample, with `denied` if the budget does not cover the likely cost and the maximum of
 * one call, or a limit of the ledger does not cover the likely cost, with `auth` or `billing` if a person must act, and with `aborted` when
 * the signal aborts. All answers until then are stored.
 *
 * @example
 * const report = await replay(definition, { ledger });
 * console.log(toReplayText(report));
 */
export async function replay(
  definition: ReplayDefinition,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  return withJournal(definition, options, (session) => session.run());
}

/**
 * Returns the report of the stored answers, by default with the rules of the last run. Calls no model. Rejects with `not-found` if the
 * experiment has no sample.
 */
export async function readReplay(
  name: string,
  options: Pick<ReplayOptions, 'folder' | 'clock'> & Pick<ReplayDefinition, 'minQuality' | 'maxCost'> = {},
): Promise<ReplayReport> {
  checkName(name);
  checkOptions('readReplay', options, READ_KINDS);
  checkRules(name, options);
  const { folder = DEFAULT_FOLDER, clock = systemClock } = options;
  const { index } = await readIndex(journalFile(folder, name));
  const { plan, rules = NO_RULES } = index;
  if (plan === undefined)
    throw new LlmError('not-found', `replay ${name}: ${folder} has no such experiment; run it first`);
  const { minQuality = rules.minQuality, maxCost = rules.maxCost } = options;
  const { judges, candidate, isLive } = rules;
  const now = clock.now();
  const warnings = [...plan.warnings, ...ageOf(name, index, plan, now)];
  const used = { minQuality, maxCost, judges, candidate, isLive, warnings };
  const results = resultsOf({ index }, name, plan.sample, used);
  return reportOf(results, new Date(now));
}

const ageOf = (
  name: string,
  { header }: JournalIndex,
  { sample }: ReplayPlan,
  now: number,
): readonly string[] =>
  header === undefined ? [] : ageWarnings(name, { newest: sample.to, drawn: header.at }, now);

/** Rules of an experiment that was planned, but did not run. */
const NO_RULES: Rules = {
  minQuality: DEFAULT_MIN_QUALITY,
  maxCost: undefined,
  judges: [],
  candidate: undefined,
  isLive: true,
};

/** Deletes the files of an experiment. Rejects with `config` while a process runs it. */
export async function removeReplay(name: string, options: Pick<ReplayOptions, 'folder'> = {}): Promise<void> {
  checkName(name);
  checkOptions('removeReplay', options, { folder: 'string' });
  await removeJournal(options.folder ?? DEFAULT_FOLDER, name);
}

/** Opens the journal of an experiment, and closes it after the work. */
async function withJournal<T>(
  definition: ReplayDefinition,
  options: ReplayOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const experiment = readDefinition(definition);
  checkOptions(`replay ${experiment.name}`, options, OPTION_KINDS);
  const { folder = DEFAULT_FOLDER, concurrency = CONCURRENCY } = options;
  if (!Number.isInteger(concurrency) || concurrency > MOST_CONCURRENCY)
    throw replayError(
      experiment.name,
      'concurrency',
      `must be an integer from 1 to ${MOST_CONCURRENCY}, got ${concurrency}`,
    );
  const journal = await Journal.open(folder, experiment.name);
  try {
    return await work(new Session(experiment, options, journal));
  } finally {
    await journal.close();
  }
}

/** One invocation for an experiment. */
class Session {
  private readonly experiment: Experiment;
  private readonly options: ReplayOptions;
  private readonly journal: Journal;
  private readonly prices: Prices;
  private readonly clock: Clock;
  /** Aborts with the signal of the caller, or when a person must act. */
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  /** Ids of the units with a result of the candidate. */
  private readonly answered = new Set<string>();

  constructor(experiment: Experiment, options: ReplayOptions, journal: Journal) {
    const { clock = systemClock, catalog, signal } = options;
    this.experiment = experiment;
    this.options = options;
    this.journal = journal;
    this.clock = clock;
    this.prices = new Prices(experiment.definition, clock, catalog);
    this.signal = signal === undefined ? this.stop.signal : AbortSignal.any([signal, this.stop.signal]);
  }

  async plan(): Promise<ReplayPlan> {
    const { experiment, journal, prices, clock, signal } = this;
    const onRead = (done: number): void => this.progress({ step: 'read', done, total: undefined });
    const plan = await this.orAborted(() =>
      ensurePlan({ experiment, journal, prices, clock, signal, onRead }),
    );
    const age = ageOf(experiment.name, journal.index, plan, clock.now());
    return { ...plan, warnings: [...plan.warnings, ...age] };
  }

  /** Returns the plan with a warning for each limit of the ledger that does not cover the likely cost. */
  async planWithLimits(): Promise<ReplayPlan> {
    const plan = await this.plan();
    return { ...plan, warnings: [...plan.warnings, ...(await this.limitProblems(plan))] };
  }

  async run(): Promise<ReplayReport> {
    const { experiment, journal, prices, clock, signal } = this;
    const { name, definition, minQuality, judges, budgetNanoUsd } = experiment;
    const { majordomo, maxCost } = definition;
    const plan = await this.plan();
    this.checkJobs();
    this.checkBudget(plan);
    const [problem] = await this.limitProblems(plan);
    if (problem !== undefined) throw deniedError(`replay ${name}: ${problem}`);
    this.setLimit();
    const isLive = definition.batches === undefined;
    const candidate = definition.candidate.spec;
    const rules: Rules = { minQuality, maxCost, judges, candidate, isLive };
    await journal.append({ type: 'rules', ...rules });
    const { catalog, concurrency = CONCURRENCY } = this.options;
    const budget = new Budget(budgetNanoUsd, { journal, prices, catalog, clock, signal });
    const setup = { name, majordomo, journal, prices, budget, clock, signal };
    const { batches } = definition;
    const calls = batches === undefined ? new PaidCalls(setup) : new BatchCalls(batches, setup);
    const onPoll = (nextMs: number): void => this.answerProgress(plan, nextMs);
    const pass = (): Promise<void> => this.pass(calls, plan, concurrency);
    await this.orAborted(() => (calls instanceof PaidCalls ? pass() : this.batchPasses(calls, pass, onPoll)));
    const warnings = [...plan.warnings, ...warningsOf(calls)];
    const results = resultsOf(journal, name, plan.sample, { ...rules, warnings });
    return reportOf(results, new Date(clock.now()));
  }

  /** Answers and compares the units without a result. */
  private async pass(calls: Calls, plan: ReplayPlan, concurrency: number): Promise<void> {
    const { experiment, journal, prices, signal, answered } = this;
    const onUnit = (id: string): void => {
      if (answered.has(id) || journal.index.lastResult(id, 'candidate') === undefined) return;
      answered.add(id);
      this.answerProgress(plan);
    };
    await runUnits({ experiment, journal, prices, calls, concurrency, signal, onUnit }, (error) =>
      this.stop.abort(error),
    );
  }

  /** Alternates passes that collect calls with batches that get their results: first the answers, then the verdicts. */
  private async batchPasses(
    calls: BatchCalls,
    pass: () => Promise<void>,
    onPoll: (nextMs: number) => void,
  ): Promise<void> {
    const end = this.clock.now() + (this.options.waitMs ?? Infinity);
    do await pass();
    while (await calls.sendBatches({ waitMs: end - this.clock.now(), onPoll }));
  }

  /** Throws `config` if live calls would pay for the items of batches that run. */
  private checkJobs(): void {
    const { experiment, journal } = this;
    const { size } = journal.index.jobs;
    if (experiment.definition.batches !== undefined || size === 0) return;
    const problem = `is missing, and ${size} batch jobs of this experiment have no stored results; run it with \`batches\` until they have ended`;
    throw replayError(experiment.name, 'batches', `${problem}, or use another name`);
  }

  /** Throws `denied` if the rest of the budget does not cover the likely cost of the calls without an answer and the maximum of one. */
  private checkBudget(plan: ReplayPlan): void {
    const { name, budgetNanoUsd } = this.experiment;
    const { index } = this.journal;
    const used = index.spentNanoUsd + index.heldNanoUsd();
    const likely = this.likelyRest(plan);
    const most = BigInt(plan.maxCallNanoUsd);
    if (likely === 0n || used + likely + most <= budgetNanoUsd) return;
    const [cost, one, rest] = [likely, most, budgetNanoUsd - used].map((nanoUsd) => formatUsd(nanoUsd));
    throw deniedError(
      `replay ${name}: the likely cost of the remaining calls is ${cost}, one of them may cost ${one}, and ${rest} of the budget is left; raise \`budgetUsd\` to at least ${exactUsd(used + likely + most)}, or use a smaller sample under another name`,
    );
  }

  private async limitProblems(plan: ReplayPlan): Promise<readonly string[]> {
    const { ledger } = this.options;
    return ledger === undefined ? [] : exceededLimits(ledger, this.experiment.name, this.likelyRest(plan));
  }

  /** Returns the likely cost of units without a result of the candidate; 0 while batches run, which reserve their maximum. */
  private likelyRest({ likelyNanoUsd, sample }: ReplayPlan): bigint {
    const { index } = this.journal;
    if (index.jobs.size > 0 || sample.distinct === 0) return 0n;
    const missing = [...index.units.values()].filter(
      ({ id, copyOf }) => copyOf === undefined && !index.hasResult(id, 'candidate'),
    ).length;
    return (BigInt(likelyNanoUsd) * BigInt(missing)) / BigInt(sample.distinct);
  }

  /** Adds the budget to the ledger of the application, which reserves the maximum of each call from it. */
  private setLimit(): void {
    const { name, definition } = this.experiment;
    const tenant = tenantOf(name);
    const limit: Limit = {
      name: tenant,
      max: { usd: definition.budgetUsd },
      per: 'ever',
      where: { tenant: [tenant] },
    };
    this.options.ledger?.setLimit(limit);
  }

  private answerProgress({ sample }: ReplayPlan, nextMs?: number): void {
    this.progress({ step: 'answer', done: this.answered.size, total: sample.distinct, nextMs });
  }

  private progress(progress: Omit<ReplayProgress, 'spentNanoUsd'>): void {
    const spentNanoUsd = String(this.journal.index.spentNanoUsd);
    notify(this.options.onProgress, { ...progress, spentNanoUsd });
  }

  /** Rejects with `aborted` if the signal of the caller has aborted. */
  private async orAborted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (this.options.signal?.aborted !== true) throw cause;
      const message = `replay ${this.experiment.name} was aborted; run it again to continue`;
      throw new LlmError('aborted', message, {}, { cause });
    }
  }
}

/** Returns an amount as a value of `budgetUsd`. */
const exactUsd = (nanoUsd: bigint): string =>
  `${nanoUsd / 1_000_000_000n}.${String(nanoUsd % 1_000_000_000n).padStart(9, '0')}`;

const deniedError = (message: string): LlmError => new LlmError('denied', message, { code: 'budget-spent' });

function warningsOf({ stopped, failures }: Calls): readonly string[] {
  const kinds = [...failures].map(([kind, count]) => `${count} of kind ${kind}`);
  return [
    ...(stopped === undefined ? [] : [`the run stopped early: ${stopped}`]),
    ...(kinds.length === 0
      ? []
      : [`calls without a result, which the next run sends again: ${kinds.join(', ')}`]),
  ];
}

const OPTION_KINDS: KindsOf<ReplayOptions> = {
  folder: 'string',
  ledger: 'object with setLimit',
  catalog: 'object with find',
  clock: 'object with now',
  signal: 'object',
  concurrency: atLeast(1),
  waitMs: atLeast(0),
  onProgress: 'function',
};
const READ_KINDS = {
  folder: 'string',
  clock: 'object with now',
  minQuality: 'number',
  maxCost: 'number',
} as const;
