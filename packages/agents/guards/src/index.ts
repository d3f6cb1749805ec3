export { guarded } from './guarded.ts';
export { forbid, INJECTION_POLICY, judge, moderation } from './checks.ts';
export type { ForbidOptions, JudgeOptions, ModerationCheckOptions } from './checks.ts';
export { PII_RULES } from './pii-rules.ts';
export { residency, type ResidencyPolicy } from './residency.ts';
export { guardedTool, guardedToolbox } from './tools.ts';
export { toolChecks, type ToolChecks, type ToolChecksContext } from './tool-checks.ts';
export type { Check, CheckContext, CheckPolicy, Refusal, Side, Subject } from './types.ts';
export type {
  GuardEvent,
  GuardOptions,
  HoldBackOptions,
  ToolChecksOptions,
  ToolGuardOptions,
} from './types.ts';
export type { FoundValue, MaskOptions, MaskRule } from './types.ts';

// Types of other packages to which types of this package refer.
export type { Tool, Toolbox } from '@majordomo/agent';
export type { Redactor } from '@majordomo/redact';
