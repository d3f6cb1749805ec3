import type { Catalog } from '@majordomo/catalog';
import { LlmError, systemClock, type Clock } from '@majordomo/core';
import {
  checkOptions,
  didYouMean,
  type KindsOf,
  integer,
  nanoUsdOf as toNanoUsd,
} from '@majordomo/core/toolkit';
import { createRedactor, type Redactor } from '@majordomo/redact';
import type { EvalDefinition, EvaluateOptions } from './types.ts';

/** Validated definition and options, with defaults. */
export interface Settings {
  readonly trials: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Whether the options request fewer trials than the definition. */
  readonly hasFewerTrials: boolean;
  /** As in `EvalDefinition.margins`, with defaults. */
  readonly margins: Readonly<Record<string, number | false>>;
  readonly budgetNanoUsd: bigint | undefined;
  readonly mode: 'replay' | 'record' | 'live';
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly catalog: Catalog | undefined;
}

type Definition = EvalDefinition<never, never>;

/** Returns the definition unchanged. Provides the types for a module of `majordomo eval run`. */
export function defineEval<Input, Expected = unknown>(
  definition: EvalDefinition<Input, Expected>,
): EvalDefinition<Input, Expected> {
  return definition;
}

/** Returns a `config` error whose message names the evaluation and the invalid option (`path`). */
export const configError = (name: string, path: string, problem: string): LlmError =>
  new LlmError('config', `evaluation ${name}: \`${path}\` ${problem}`, { path });

/** Returns the settings of a run. Throws `config` for an invalid definition or option. */
export function readSettings(definition: Definition, options: EvaluateOptions): Settings {
  checkOptions('evaluate', definition, DEFINITION_KINDS, ['name', 'cases', 'subject']);
  const { name } = definition;
  if (!isName(name))
    throw new LlmError(
      'config',
      'evaluate: `name` must have 1 to 100 ASCII letters, digits, ".", "_" and "-", and must not start with "."',
      { path: 'name' },
    );
  checkOptions(`evaluation ${name}`, options, OPTION_KINDS);
  checkChecks(definition);
  const { trials = definition.trials ?? 1, budgetUsd, mode = 'replay', catalog } = options;
  const { clock = systemClock, redactor = createRedactor() } = options;
  return {
    mode,
    clock,
    redactor,
    catalog,
    trials,
    hasFewerTrials: trials < (definition.trials ?? 1),
    concurrency: options.concurrency ?? definition.concurrency ?? 4,
    timeoutMs: definition.timeoutMs ?? 300_000,
    margins: marginsOf(definition),
    budgetNanoUsd: budgetUsd === undefined ? undefined : nanoUsdOf(name, 'budgetUsd', budgetUsd),
  };
}

const TRIALS = integer(1, 100);
const CONCURRENCY = integer(1, 1000);
const DEFINITION_KINDS: KindsOf<Definition> = {
  name: 'string',
  majordomo: 'object with model',
  // `true` accepts any value, because `loadCases` checks the cases.
  cases: true,
  subject: 'function',
  checks: 'object',
  gates: 'object',
  trials: TRIALS,
  concurrency: CONCURRENCY,
  // Timers do not support a delay above 2 ** 31 - 1 ms.
  timeoutMs: integer(0, 2 ** 31 - 1),
  margins: 'object',
  version: 'string',
};
const OPTION_KINDS: KindsOf<EvaluateOptions> = {
  folder: 'string',
  mode: ['replay', 'record', 'live'],
  accept: 'boolean',
  budgetUsd: 'string',
  only: 'array',
  trials: TRIALS,
  concurrency: CONCURRENCY,
  onProgress: 'function',
  signal: 'object',
  redactor: 'object with find',
  catalog: 'object with find',
  clock: 'object with now',
};

/** Whether a name can be part of a file name. */
export const isName = (name: string): boolean => /^(?!\.)[\w.-]{1,100}$/.test(name);

function checkChecks({ name, checks = {}, gates = {} }: Definition): void {
  for (const [member, group] of Object.entries({ checks, gates }))
    for (const [key, check] of Object.entries<unknown>(group)) {
      const errorOf = (problem: string): LlmError => configError(name, `${member}.${key}`, problem);
      if (key.length < 1 || key.length > 60) throw errorOf('must have a name of 1 to 60 characters');
      if (key === 'usd' || key === 'ms') throw errorOf('has a reserved name; choose another name');
      if (typeof check !== 'function') throw errorOf('must be a function');
      if (member === 'gates' && Object.hasOwn(checks, key))
        throw errorOf('is also the name of a check; choose another name');
    }
}

function marginsOf({ name, checks = {}, margins = {} }: Definition): Settings['margins'] {
  const ofChecks = Object.fromEntries(Object.keys(checks).map((key) => [key, 0.05]));
  return mergeMargins(name, { ...ofChecks, usd: 0.1, ms: false }, margins);
}

/** Returns the margins with the given replacements. Throws `config` for an invalid margin or an unknown metric. */
export function mergeMargins(
  name: string,
  margins: Settings['margins'],
  replacements: Readonly<Record<string, number | false>>,
): Settings['margins'] {
  for (const [key, margin] of Object.entries(replacements)) {
    if (!Object.hasOwn(margins, key))
      throw configError(name, `margins.${key}`, `is not a metric${didYouMean(key, Object.keys(margins))}`);
    if (margin !== false && !(typeof margin === 'number' && margin >= 0 && margin < Infinity))
      throw configError(name, `margins.${key}`, 'must be a finite number of 0 or more, or false');
  }
  return { ...margins, ...replacements };
}

/** Converts a dollar amount such as `'0.02'` to nano-dollars. Throws `config` for another format. */
export function nanoUsdOf(
  name: string,
  path: string,
  usd: string,
  errorOf: typeof configError = configError,
): bigint {
  const nanoUsd = toNanoUsd(usd);
  if (nanoUsd === undefined)
    throw errorOf(name, path, 'must be dollars with up to 9 decimals, such as "0.02"');
  return nanoUsd;
}
