import type { QuirkValues } from '@majordomo/wire-kit';

/** The ways in which the models behind one `run` differ. They decide what is sent; reading is liberal. */
export interface RunQuirks {
  /** How an effort is asked for. */
  readonly reasoning: 'none' | 'reasoning_effort';
  /** Takes `stop`. The older models check their input, and refuse what they do not know. */
  readonly stop: boolean;
  /** Takes `tool_choice`. */
  readonly toolChoice: boolean;
}

/** What the models with an input of the vendor's own take. */
export const RUN_QUIRKS: RunQuirks = { reasoning: 'none', stop: false, toolChoice: false };

/** What a DSN may say, such as `?stop=true`. */
export const QUIRK_WORDS: { readonly [Name in keyof RunQuirks]: QuirkValues<RunQuirks[Name]> } = {
  reasoning: ['none', 'reasoning_effort'],
  stop: [true, false],
  toolChoice: [true, false],
};
