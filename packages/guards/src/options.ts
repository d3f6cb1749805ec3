import { LlmError, type ChatModel } from '@majordomo/core';
import { checkOptions, didYouMean, type KindsOf } from '@majordomo/core/toolkit';
import { LABEL } from './mask.ts';
import type {
  Check,
  CheckPolicy,
  GuardOptions,
  HoldBackOptions,
  MaskOptions,
  MaskRule,
  ToolGuardOptions,
} from './types.ts';

const POLICY: KindsOf<CheckPolicy> = {
  whenDown: ['deny', 'allow'],
  timeoutMs: 0,
  onEvent: 'function',
  clock: 'object with now',
};
const HOLD_BACK: KindsOf<HoldBackOptions> = { characters: 0, ms: 0, context: 0 };
const RESTORE: KindsOf<NonNullable<MaskOptions['restore']>> = {
  text: 'boolean',
  arguments: 'boolean or array',
};
const MASK: KindsOf<MaskOptions> = {
  rules: 'array',
  redactor: 'object with find',
  find: 'function',
  restore: RESTORE,
};
const GUARD: KindsOf<GuardOptions> = {
  ...POLICY,
  input: 'array',
  toolResults: 'array',
  output: 'array',
  mask: MASK,
  mode: ['block', 'parallel'],
  holdBack: HOLD_BACK,
};
const TOOL: KindsOf<ToolGuardOptions> = { ...POLICY, checks: 'array' };
const CHECK: KindsOf<Check> = { name: 'string', check: 'function', span: 1, whenDown: ['deny', 'allow'] };
const RULE: KindsOf<MaskRule> = { label: 'string', pattern: 'object with exec', group: 0, valid: 'function' };
const MAX_NAME = 60;

export const configError = (subject: string, path: string, problem: string): LlmError =>
  new LlmError('config', `${subject}: ${path} ${problem}`, { path });

/** Throws `config` for invalid options of a guarded model. */
export function checkGuardOptions(model: ChatModel, options: GuardOptions): void {
  for (const method of ['generate', 'stream', 'generateObject', 'streamObject'])
    checkOptions('guarded', { model }, { model: `object with ${method}` }, ['model']);
  checkOptions('guarded', options, GUARD);
  const { input = [], toolResults = [], output = [], mask = {}, holdBack = {} } = options;
  rejectUnknown('guarded', options, GUARD);
  rejectUnknown('guarded', mask, MASK, 'mask.');
  rejectUnknown('guarded', mask.restore ?? {}, RESTORE, 'mask.restore.');
  rejectUnknown('guarded', holdBack, HOLD_BACK, 'holdBack.');
  for (const [side, checks] of Object.entries({ input, toolResults, output }))
    checkChecks('guarded', side, checks);
  for (const [name, value] of Object.entries({ timeoutMs: options.timeoutMs, ...holdBack }))
    if (value === Infinity) throw configError('guarded', name, 'must be finite');
  for (const [at, rule] of (mask.rules ?? []).entries()) {
    const subject = `guarded: mask.rules[${at}]`;
    checkOptions(subject, rule, RULE, ['label', 'pattern']);
    if (!LABEL.test(rule.label))
      throw configError(
        subject,
        'label',
        'must be 1 to 30 capital letters, digits or _, beginning with a letter',
      );
  }
}

/** Throws `config` for invalid options of a guarded tool or toolbox. */
export function checkToolOptions(subject: string, options: ToolGuardOptions): void {
  checkOptions(subject, options, TOOL, ['checks']);
  rejectUnknown(subject, options, TOOL);
  if (options.timeoutMs === Infinity) throw configError(subject, 'timeoutMs', 'must be finite');
  checkChecks(subject, 'checks', options.checks);
}

export function checkName(subject: string, name: string): void {
  if (name === '' || name.length > MAX_NAME)
    throw configError(subject, 'name', `must have 1 to ${MAX_NAME} characters, not ${name.length}`);
}

export function checkSpan(subject: string, span: number | undefined): void {
  if (span !== undefined && !Number.isInteger(span))
    throw configError(subject, 'span', `must be an integer, not ${span}`);
}

function checkChecks(subject: string, side: string, checks: readonly Check[]): void {
  for (const [at, check] of checks.entries()) {
    const place = `${subject}: ${side}[${at}]`;
    checkOptions(place, check, CHECK, ['name', 'check']);
    checkName(place, check.name);
    checkSpan(place, check.span);
  }
}

/** A policy under an unknown name would protect nothing, so every unknown name is an error. */
export function rejectUnknown(subject: string, options: object, kinds: object, prefix = ''): void {
  const names = Object.keys(kinds);
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw configError(
        subject,
        prefix + name,
        `is not an option${didYouMean(name, names) || `: the options are ${names.join(', ')}`}`,
      );
}
