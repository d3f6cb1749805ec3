import type { Batches } from '@majordomo/batch';
import type { Catalog } from '@majordomo/catalog';
import { type ChatModel, type ChatRequest, type Clock, LlmError, type Majordomo } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Check } from '@majordomo/evals';
import { digest, nanoUsdOf } from '@majordomo/evals/internal';
import type { Ledger } from '@majordomo/ledger';
import type { Pair, RecordedCall } from '../traffic/answer.ts';
import type { Traffic } from '../traffic/traffic.ts';

/** Definition of an experiment: whether another model, chain, prompt or tool set is as good on recorded traffic. */
export interface ReplayDefinition {
  /** Name of the files and of the tenant `replay:<name>`: 1 to 60 letters, digits, `.`, `_` and `-`. The same name continues. */
  readonly name: string;
  /** Majordomo that calls candidate, control and judges, with its gates. */
  readonly majordomo: Majordomo;
  /** Source of the recorded calls, such as `fromCallLog(log)`. */
  readonly traffic: Traffic;
  readonly candidate: Candidate;
  /** Judge of pairs that no check decides. Without it, the sampled answers must be decidable by checks, schemas or tool calls. */
  readonly judge?: Judging | undefined;
  /** Checks of the application, as in `EvalDefinition`. They score both answers, and their mean difference decides. */
  readonly checks?: Readonly<Record<string, Check>> | undefined;
  /** Number of calls to answer, 20 to 20,000. `@default the number that precision needs` */
  readonly sample?: number | undefined;
  /** Half width of the 95 % interval of the quality, 0.002 to 0.2. `@default 0.02, or none with sample` */
  readonly precision?: number | undefined;
  /** Minimum quality: 1 means as good as the recorded answers. `@default 0.95` */
  readonly minQuality?: number | undefined;
  /** Maximum cost relative to the present model, such as 0.8. `@default no rule` */
  readonly maxCost?: number | undefined;
  /** Maximum cost of the experiment in dollars over all runs of this name, judges and control included, such as `'20'`. */
  readonly budgetUsd: string;
  /**
   * Sends all calls as batch jobs at the batch price. Times are then not measured. The store of the jobs must outlive the process.
   * `@default live calls`
   */
  readonly batches?: Batches | undefined;
  /** Whether the content of a call may be sent to the targets of this experiment. `@default every call with complete content` */
  readonly consent?: ((call: RecordedCall) => boolean) | undefined;
  /** Whether calls whose request contains redacted values are included. `@default false` */
  readonly includeRedacted?: boolean | undefined;
  /** Kind of a call. `@default metadata.kind, otherwise by route, form, schema, tools, language and length` */
  readonly kind?: ((call: RecordedCall) => string) | undefined;
  /** Conversation of a call. `@default metadata.conversation, otherwise a digest of tenant, system text and first user message` */
  readonly conversation?: ((call: RecordedCall) => string) | undefined;
  /** Share of the sample that the present model answers again, 0 to 1. `@default 0.2` */
  readonly control?: number | undefined;
  /**
   * Whether complete runs are compared instead of single calls. A unit begins after the last user message of a call that ends a run.
   * While the model calls tools that the run has called, too, it gets their recorded results and continues, for at most two steps more
   * than the run. Cost and times are compared with the control. Live only. `@default false`
   */
  readonly follow?: boolean | undefined;
  /** Seed of the sample. `@default a digest of the name` */
  readonly seed?: number | undefined;
}

/** Model, chain, prompt or tool set to try. At least one of `spec` and `change` is required. */
export interface Candidate {
  /** Chain of the candidate. `@default the recorded name` */
  readonly spec?: string | undefined;
  /** Returns the changed request, for example with another system text or other tools. `undefined` excludes the call. */
  readonly change?: ((request: ChatRequest, call: RecordedCall) => ChatRequest | undefined) | undefined;
  /** Wraps the model, for example with `guarded`. Live only. */
  readonly wrap?: ((model: ChatModel) => ChatModel) | undefined;
  /** Whether two arguments of a tool mean the same. `undefined`: the schema of the tool decides. */
  readonly sameArgument?:
    | ((a: unknown, b: unknown, at: { readonly tool: string; readonly path: string }) => boolean | undefined)
    | undefined;
  /** Part of the key of stored answers. Change it after a change that requests do not contain, such as an alias. `@default ''` */
  readonly version?: string | undefined;
}

/**
 * Comparison of two answers. A model sees each pair in both orders, without the names of the models. Verdicts are stored. A changed
 * rubric needs new verdicts. A changed function does not judge stored pairs again: use another `name` of the experiment for it.
 */
export type Judging =
  | {
      /** Spec of the judge. With several specs, each of them judges, and the mean of their verdicts decides. */
      readonly models: string | readonly string[];
      /** Description of a good answer, in complete sentences. */
      readonly rubric: string;
    }
  | ((pair: Pair) => Verdict | undefined | Promise<Verdict | undefined>);

/** Verdict on the candidate. `undefined` marks the pair as doubtful. */
export type Verdict = 'better' | 'equal' | 'worse';

/** Folder of the files, in the working directory. */
export const DEFAULT_FOLDER = 'replays';

export const DEFAULT_MIN_QUALITY = 0.95;

/** Options of a run. */
export interface ReplayOptions {
  /** Folder of the files, mode 0700. `@default 'replays' in the working directory` */
  readonly folder?: string | undefined;
  /**
   * Ledger whose gate is part of `majordomo`. The budget also becomes a limit of it, named `replay:<name>`. Its other limits of money that
   * count all calls of the experiment must cover the likely cost before the first call. `@default none`
   */
  readonly ledger?: Ledger | undefined;
  /** Catalog with the prices. `@default the shipped catalog` */
  readonly catalog?: Catalog | undefined;
  /** Source of time. `@default the system clock` */
  readonly clock?: Clock | undefined;
  /** Signal that aborts the run, which then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum number of concurrent live calls, 1 to 1,000. After a crash, at most this number of calls is sent again. `@default 16` */
  readonly concurrency?: number | undefined;
  /**
   * Maximum duration of a run with `batches`, in milliseconds. The run then returns an `incomplete` report, and the next run
   * continues. `@default no limit`
   */
  readonly waitMs?: number | undefined;
  /** Listener called after each call of the traffic, each unit with a result, and each poll of a batch. Errors that it throws are ignored. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** Progress of a run. */
export interface ReplayProgress {
  /** `read`: the traffic is read. `answer`: calls are answered and judged. */
  readonly step: 'read' | 'answer';
  /** Number of calls of the traffic that were read, or of units with a result. */
  readonly done: number;
  /** Number of planned units of the step. `undefined` while the traffic is read. */
  readonly total: number | undefined;
  /** Cost of the experiment so far, including earlier runs, as decimal nano-USD. */
  readonly spentNanoUsd: string;
  /** Time until the next poll of a batch, in milliseconds. */
  readonly nextMs?: number | undefined;
}

/** Returns the definition unchanged. Provides the types for a module of `majordomo replay run`. */
export const defineReplay = (definition: ReplayDefinition): ReplayDefinition => definition;

/** Definition with defaults. */
export interface Experiment {
  readonly definition: ReplayDefinition;
  readonly name: string;
  readonly minQuality: number;
  readonly control: number;
  /** Asked half width of the interval; `undefined` if a number of calls was asked instead. */
  readonly precision: number | undefined;
  readonly budgetNanoUsd: bigint;
  /** Specs of the judges. Empty if a function judges, or if the experiment has no judge. */
  readonly judges: readonly string[];
}

/** Returns an experiment. Throws `config` for an invalid definition. */
export function readDefinition(definition: ReplayDefinition): Experiment {
  checkOptions('replay', definition, KINDS, ['name', 'majordomo', 'traffic', 'candidate', 'budgetUsd']);
  const { name, sample, candidate, judge, minQuality = DEFAULT_MIN_QUALITY, control = 0.2 } = definition;
  checkName(name);
  checkOptions(`replay ${name}: candidate`, candidate, CANDIDATE_KINDS);
  if (candidate.spec === undefined && candidate.change === undefined)
    throw replayError(name, 'candidate', 'needs `spec` or `change`, otherwise nothing differs');
  if (candidate.wrap !== undefined && definition.batches !== undefined)
    throw replayError(name, 'candidate.wrap', 'applies to live calls only; remove `batches`');
  checkFollow(definition, control);
  if (definition.batches?.isInMemory === true)
    throw replayError(
      name,
      'batches',
      'keeps its jobs in memory, so that the run after a crash would pay for them again; use `createBatches({ majordomo, records })` with a store that outlives the process, such as `sqliteStores(file).records`',
    );
  checkRange(name, 'sample', sample, 20, 20_000);
  checkRange(name, 'precision', definition.precision, 0.002, 0.2);
  checkRange(name, 'control', control, 0, 1);
  checkRules(name, definition);
  if (sample !== undefined && !Number.isInteger(sample))
    throw replayError(name, 'sample', `must be an integer, got ${sample}`);
  const budgetNanoUsd = nanoUsdOf(name, 'budgetUsd', definition.budgetUsd, replayError);
  return {
    definition,
    name,
    minQuality,
    control,
    precision: definition.precision ?? (sample === undefined ? 0.02 : undefined),
    budgetNanoUsd,
    judges: judgesOf(name, judge),
  };
}

/** Returns a `config` error whose message names the experiment and the option. */
export const replayError = (name: string, path: string, problem: string): LlmError =>
  new LlmError('config', `replay ${name}: \`${path}\` ${problem}`, { path });

/** Throws `config` for a name that cannot be part of a file name. */
export function checkName(name: string): void {
  if (!/^(?!\.)[\w.-]{1,60}$/.test(name))
    throw new LlmError(
      'config',
      'replay: `name` must have 1 to 60 ASCII letters, digits, ".", "_" and "-", and must not start with "."',
      { path: 'name' },
    );
}

/** Throws `config` if an experiment with complete runs could not answer what it is asked. */
function checkFollow({ name, follow = false, batches, maxCost }: ReplayDefinition, control: number): void {
  if (!follow) return;
  if (batches !== undefined)
    throw replayError(name, 'follow', 'needs the answer of each step before the next; remove `batches`');
  if (maxCost !== undefined && control === 0)
    throw replayError(name, 'maxCost', 'compares with the control if `follow` is set; raise `control`');
}

function judgesOf(name: string, judge: Judging | undefined): readonly string[] {
  if (judge === undefined || typeof judge === 'function') return [];
  checkOptions(`replay ${name}: judge`, judge, { models: 'string or array', rubric: 'string' }, [
    'models',
    'rubric',
  ]);
  const models = [judge.models].flat();
  if (models.length === 0 || models.some((model) => typeof model !== 'string' || model === ''))
    throw replayError(name, 'judge.models', 'must be a spec, or a list of specs');
  if (judge.rubric.trim() === '') throw replayError(name, 'judge.rubric', 'must contain text');
  return models;
}

/** Throws `config` for a bound of a rule that no experiment can have. */
export function checkRules(
  name: string,
  { minQuality, maxCost }: Pick<ReplayDefinition, 'minQuality' | 'maxCost'>,
): void {
  checkRange(name, 'minQuality', minQuality, 0, 2);
  checkRange(name, 'maxCost', maxCost, 0, 1000);
}

function checkRange(
  name: string,
  path: 'sample' | 'precision' | 'minQuality' | 'maxCost' | 'control',
  value: number | undefined,
  lowest: number,
  highest: number,
): void {
  if (value === undefined || (value >= lowest && value <= highest)) return;
  throw replayError(name, path, `must be from ${lowest} to ${highest}, got ${value}`);
}

const KINDS: KindsOf<ReplayDefinition> = {
  name: 'string',
  majordomo: 'object with prepare',
  traffic: 'object with list',
  candidate: 'object',
  judge: 'object or function',
  checks: 'object',
  sample: 'number',
  precision: 'number',
  minQuality: 'number',
  maxCost: 'number',
  budgetUsd: 'string',
  batches: 'object with submit',
  consent: 'function',
  includeRedacted: 'boolean',
  kind: 'function',
  conversation: 'function',
  control: 'number',
  follow: 'boolean',
  seed: 'number',
};
const CANDIDATE_KINDS: KindsOf<Candidate> = {
  spec: 'string',
  change: 'function',
  wrap: 'function',
  sameArgument: 'function',
  version: 'string',
};

/** Returns the seed of the random numbers of an experiment without a given one. */
export const seedOf = (name: string): number => Number.parseInt(digest(name, 8), 16);
