import type { QuirkValues } from '@majordomo/wire-kit';

/** Differences between models. They affect requests; the reader accepts all forms. */
export interface RunQuirks {
  /** Form of the reasoning setting. */
  readonly reasoning: 'none' | 'reasoning_effort';
  /** Whether the model accepts `stop`. Older models reject unknown members. */
  readonly stop: boolean;
  /** Whether the model accepts `tool_choice`. */
  readonly toolChoice: boolean;
}

/** Quirks of models with the vendor's own input. */
export const RUN_QUIRKS: RunQuirks = { reasoning: 'none', stop: false, toolChoice: false };

/** Values of each quirk in a DSN, such as `?stop=true`. */
export const QUIRK_VALUES: { readonly [Name in keyof RunQuirks]: QuirkValues<RunQuirks[Name]> } = {
  reasoning: ['none', 'reasoning_effort'],
  stop: [true, false],
  toolChoice: [true, false],
};
