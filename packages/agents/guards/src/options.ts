import { LlmError, type ChatModel } from '@majordomo/core';
import { checkOptions, didYouMean, isPlain, type Kinds, type KindsOf } from '@majordomo/core/toolkit';
import type { Check, CheckPolicy, GuardOptions, MaskRule, ToolGuardOptions } from './types.ts';

const POLICY_KINDS: KindsOf<CheckPolicy> = {
  whenDown: ['deny', 'allow'],
  timeoutMs: 0,
  onEvent: 'function',
  clock: 'object with now',
};
const GUARD_KINDS: KindsOf<GuardOptions> = {
  ...POLICY_KINDS,
  input: 'array',
  toolResults: 'array',
  output: 'array',
  mask: {
    rules: 'array',
    redactor: 'object with find',
    find: 'function',
    restore: { text: 'boolean', arguments: 'boolean or array' },
  },
  mode: ['block', 'parallel'],
  holdBack: { characters: 0, ms: 0, context: 0 },
};
const TOOL_KINDS: KindsOf<ToolGuardOptions> = { ...POLICY_KINDS, checks: 'array' };
const CHECK_KINDS: KindsOf<Check> = {
  name: 'string',
  check: 'function',
  span: 1,
  whenDown: ['deny', 'allow'],
};
const RULE_KINDS: KindsOf<MaskRule> = {
  label: 'string',
  pattern: 'object with exec',
  group: 0,
  valid: 'function',
};

export const LABEL: RegExp = /^[A-Z][A-Z\d_]{0,29}$/;
const MAX_NAME = 60;

/** Throws `config` for invalid options of a guarded model. */
export function checkGuardOptions(model: ChatModel, options: GuardOptions): void {
  checkOptions('guarded', { model }, { model: 'object with generate' }, ['model']);
  checkPolicy('guarded', options, GUARD_KINDS);
  const { input = [], toolResults = [], output = [], mask } = options;
  for (const [side, checks] of Object.entries({ input, toolResults, output }))
    checkChecks(`guarded: ${side}`, checks);
  for (const [at, rule] of (mask?.rules ?? []).entries()) {
    const subject = `guarded: mask.rules[${at}]`;
    checkPolicy(subject, rule, RULE_KINDS, ['label', 'pattern']);
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
  checkPolicy(subject, options, TOOL_KINDS, ['checks']);
  checkChecks(`${subject}: checks`, options.checks);
}

export function checkName(subject: string, name: string): void {
  if (name === '' || name.length > MAX_NAME)
    throw configError(subject, 'name', `must have 1 to ${MAX_NAME} characters, not ${name.length}`);
}

/**
 * Checks options as `checkOptions` does. Also rejects infinite numbers and unknown names, because an option with an unknown name
 * would have no effect.
 */
export function checkPolicy(
  subject: string,
  options: object,
  kinds: Kinds,
  required: readonly string[] = [],
): void {
  checkOptions(subject, options, kinds, required);
  checkMembers(subject, options, kinds, '');
}

export const configError = (subject: string, path: string, problem: string): LlmError =>
  new LlmError('config', `${subject}: ${path} ${problem}`, { path });

function checkMembers(subject: string, options: object, kinds: Kinds, prefix: string): void {
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(options)) {
    const hint = didYouMean(name, names) || `; the options are ${names.join(', ')}`;
    if (!names.includes(name)) throw configError(subject, prefix + name, `is not an option${hint}`);
    if (value === Infinity) throw configError(subject, prefix + name, 'must be finite');
    const kind = kinds[name];
    if (isPlain(kind)) checkMembers(subject, Object(value) as object, kind as Kinds, `${prefix}${name}.`);
  }
}

function checkChecks(list: string, checks: readonly Check[]): void {
  for (const [at, check] of checks.entries()) {
    const subject = `${list}[${at}]`;
    checkOptions(subject, check, CHECK_KINDS, ['name', 'check']);
    checkName(subject, check.name);
    if (check.span === Infinity) throw configError(subject, 'span', 'must be finite');
  }
}
