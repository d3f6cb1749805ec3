import type { QuirkValues } from '@majordomo/wire-kit/internal';

/** Differences between models. They affect only requests, not the response reader. */
export interface RunQuirks {
  /** Property for the reasoning effort. `none`: the provider drops an effort with a warning. */
  readonly reasoning: 'none' | 'reasoning_effort';
  /** Whether the model accepts `stop`. Older models reject unknown properties. */
  readonly stop: boolean;
  /** Whether the model accepts `tool_choice`. */
  readonly toolChoice: boolean;
}

/** Quirks of models with the vendor's own input format. */
export const RUN_QUIRKS: RunQuirks = { reasoning: 'none', stop: false, toolChoice: false };

/** Values that a DSN accepts for each quirk, such as `?stop=true`. */
export const QUIRK_VALUES: { readonly [Name in keyof RunQuirks]: QuirkValues<RunQuirks[Name]> } = {
  reasoning: ['none', 'reasoning_effort'],
  stop: [true, false],
  toolChoice: [true, false],
};
