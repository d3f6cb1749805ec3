import type { ChatModel } from '@majordomo/core';
import {
  type Check,
  checkOptions,
  func,
  type Kinds,
  type KindsOf,
  list,
  matching,
  number,
  object,
  ofKind,
  oneOf,
  openOptions,
  rejectUnknownOptions,
  sizedText,
} from '@majordomo/core/toolkit';
import type { CheckPolicy, GuardOptions, ToolChecksOptions, ToolGuardOptions } from './types.ts';

/** Check of the name of a guard's check. */
export const checkName: Check<string> = sizedText(1, 60);
export const LABEL: RegExp = /^[A-Z][A-Z\d_]{0,29}$/;

const CHECKS = list(
  openOptions({ name: checkName, check: func }, { span: number(1), whenDown: oneOf('deny', 'allow') }),
);
const RULE = object(
  {
    label: matching(LABEL, 'must be 1 to 30 capital letters, digits or _, beginning with a letter'),
    pattern: ofKind('object with exec'),
  },
  { group: number(0), valid: func },
);

const POLICY_KINDS: KindsOf<CheckPolicy> = {
  whenDown: ['deny', 'allow'],
  timeoutMs: number(0),
  onEvent: 'function',
  clock: 'object with now',
};
const GUARD_KINDS: KindsOf<GuardOptions> = {
  ...POLICY_KINDS,
  input: CHECKS,
  toolResults: CHECKS,
  output: CHECKS,
  mask: object(
    {},
    {
      rules: list(RULE),
      redactor: ofKind('object with find'),
      find: func,
      restore: object({}, { text: ofKind('boolean'), arguments: ofKind('boolean or array') }),
    },
  ),
  mode: ['block', 'parallel'],
  holdBack: object({}, { characters: number(0), ms: number(0), context: number(0) }),
};
const TOOL_KINDS: KindsOf<ToolGuardOptions> = { ...POLICY_KINDS, checks: CHECKS };

const TOOL_CHECKS_KINDS: KindsOf<ToolChecksOptions> = { ...POLICY_KINDS, arguments: CHECKS, results: CHECKS };

/** Throws `config` for invalid options of `toolChecks`. */
export function checkToolChecksOptions(options: ToolChecksOptions): void {
  checkPolicy('toolChecks', options, TOOL_CHECKS_KINDS);
}

/** Throws `config` for invalid options of a guarded model. */
export function checkGuardOptions(model: ChatModel, options: GuardOptions): void {
  checkOptions('guarded', { model }, { model: 'object with generate' }, ['model']);
  checkPolicy('guarded', options, GUARD_KINDS);
}

/** Throws `config` for invalid options of a guarded tool or toolbox. */
export function checkToolOptions(subject: string, options: ToolGuardOptions): void {
  checkPolicy(subject, options, TOOL_KINDS, ['checks']);
}

/** Checks options as `checkOptions` does. Also rejects unknown names, because an option with an unknown name would have no effect. */
export function checkPolicy(
  subject: string,
  options: object,
  kinds: Kinds,
  required: readonly string[] = [],
): void {
  checkOptions(subject, options, kinds, required);
  rejectUnknownOptions(options, kinds, `${subject}: `);
}
