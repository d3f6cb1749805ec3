import type { Effort } from '@majordomo/core';
import type { QuirkValues } from '@majordomo/wire-kit/internal';

/** Effort values of the API, lowest first (`OutputConfig` of @anthropic-ai/sdk 1.10). */
export type ClaudeEffort = Exclude<Effort, 'none' | 'minimal'>;
const EFFORTS: readonly ClaudeEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** Differences between Claude models on all platforms. They affect only requests, not the response reader. */
export interface ClaudeQuirks {
  /** Form of the reasoning setting: none, a token budget, or adaptive. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** Value that disables thinking. `omit`: the setting is not sent. `never`: thinking cannot be disabled. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Condition under which the API sends the text of thinking blocks: by default, or only if `display` requests it. */
  readonly thinkingText: 'sent' | 'on-request';
  /** Effort values that the model accepts in addition to the thinking setting. `[]` means that the model accepts no effort. */
  readonly efforts: readonly ClaudeEffort[];
  /** Sampling parameters that the model accepts: temperature and top_p together, only one of the two, or none. */
  readonly sampling: 'both' | 'one' | 'none';
  /** Whether the model accepts `strict` on tools, which enforces the schemas of their arguments. */
  readonly strictTools: boolean;
  /** Whether the Messages API accepts `defer_loading` on tools and `tool_reference` in tool results for this model. */
  readonly toolReferences: boolean;
  /** Whether the Messages API of Anthropic and Microsoft Foundry runs programs of this model that call tools. */
  readonly programs: boolean;
  /** Condition under which the model accepts a tool choice that forces a call. */
  readonly forcedTools: 'always' | 'without-thinking' | 'never';
}

/** Quirks of an unknown model, in the current request format. Recoveries drop settings that the model rejects. */
export const CLAUDE_QUIRKS: ClaudeQuirks = {
  thinking: 'adaptive',
  thinkingOff: 'omit',
  thinkingText: 'sent',
  efforts: EFFORTS,
  sampling: 'both',
  strictTools: false,
  toolReferences: false,
  programs: false,
  forcedTools: 'without-thinking',
};

/** Accepted values of each quirk in a DSN. */
export const CLAUDE_QUIRK_VALUES: {
  readonly [Name in keyof ClaudeQuirks]: QuirkValues<ClaudeQuirks[Name]>;
} = {
  thinking: ['none', 'budget', 'adaptive'],
  thinkingOff: ['omit', 'disabled', 'between_tools', 'never'],
  thinkingText: ['sent', 'on-request'],
  efforts: {
    takes: `a comma-separated list of ${EFFORTS.join(', ')}, or none`,
    read(text) {
      const efforts =
        text === 'none' ? [] : text.split(',').map((each) => EFFORTS.find((effort) => effort === each));
      return efforts.every((effort) => effort !== undefined) ? efforts : undefined;
    },
  },
  sampling: ['both', 'one', 'none'],
  strictTools: [true, false],
  toolReferences: [true, false],
  programs: [true, false],
  forcedTools: ['always', 'without-thinking', 'never'],
};
