import type { Effort } from '@majordomo/core';
import type { QuirkValues } from '@majordomo/wire-kit';

/** Effort values of the API, lowest first (`OutputConfig` of @anthropic-ai/sdk 1.10). */
export type ClaudeEffort = Exclude<Effort, 'none' | 'minimal'>;
const EFFORTS: readonly ClaudeEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** Differences between Claude models on all platforms. They affect requests; the reader accepts all forms. */
export interface ClaudeQuirks {
  /** Form of the reasoning setting: a token budget, adaptive, or none. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** How to disable thinking: omit the setting, send this value, or not at all. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Whether the API sends the text of thinking blocks by default or only when `display` requests it. */
  readonly thinkingText: 'sent' | 'on-request';
  /** Effort values that the model accepts in addition to thinking. `[]`: none. */
  readonly efforts: readonly ClaudeEffort[];
  /** Whether the model accepts temperature and top_p together, one of them, or neither. */
  readonly sampling: 'both' | 'one' | 'none';
  /** Whether the model accepts `strict` on tools, which enforces the schemas of their arguments. */
  readonly strictTools: boolean;
  /** When the model accepts a tool choice that forces a call. */
  readonly forcedTools: 'always' | 'without-thinking' | 'never';
}

/** Quirks of an unknown model: the current form of requests. Recoveries drop settings that the model rejects. */
export const CLAUDE_QUIRKS: ClaudeQuirks = {
  thinking: 'adaptive',
  thinkingOff: 'omit',
  thinkingText: 'sent',
  efforts: EFFORTS,
  sampling: 'both',
  strictTools: false,
  forcedTools: 'without-thinking',
};

/** Values of each quirk in a DSN. */
export const CLAUDE_QUIRK_VALUES: {
  readonly [Name in keyof ClaudeQuirks]: QuirkValues<ClaudeQuirks[Name]>;
} = {
  thinking: ['none', 'budget', 'adaptive'],
  thinkingOff: ['omit', 'disabled', 'between_tools', 'never'],
  thinkingText: ['sent', 'on-request'],
  efforts: {
    takes: `a comma list of ${EFFORTS.join(', ')}, or none`,
    read(text) {
      const efforts =
        text === 'none' ? [] : text.split(',').map((each) => EFFORTS.find((effort) => effort === each));
      return efforts.every((effort) => effort !== undefined) ? efforts : undefined;
    },
  },
  sampling: ['both', 'one', 'none'],
  strictTools: [true, false],
  forcedTools: ['always', 'without-thinking', 'never'],
};
