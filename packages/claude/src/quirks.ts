import type { Effort } from '@majordomo/core';
import type { QuirkValues } from '@majordomo/wire-kit';

/** The API's words for effort, weakest first (`OutputConfig` of @anthropic-ai/sdk 1.10). */
export type ClaudeEffort = Exclude<Effort, 'none' | 'minimal'>;
const WORDS: readonly ClaudeEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** The ways in which Claude's models differ, on whatever platform. They decide what is sent; reading is liberal. */
export interface ClaudeQuirks {
  /** How reasoning is asked for: by a token budget, adaptively, or not at all. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** How it is switched off: by saying nothing, by a word for it, or never. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Whether the text of thinking blocks comes by itself or has to be asked for by `display`. */
  readonly thinkingText: 'sent' | 'on-request';
  /** Words for effort that it takes next to thinking; `[]`: none at all. */
  readonly efforts: readonly ClaudeEffort[];
  /** Takes temperature and top_p, one of them at a time, or neither. */
  readonly sampling: 'both' | 'one' | 'none';
  /** Takes `strict` on tools: their arguments are held to their schemas. */
  readonly strictTools: boolean;
  /** When it takes a tool choice that forces a call. */
  readonly forcedTools: 'always' | 'without-thinking' | 'never';
}

/** For a model that nothing is known of: the current way of asking; what it refuses is dropped by recovery. */
export const CLAUDE_QUIRKS: ClaudeQuirks = {
  thinking: 'adaptive',
  thinkingOff: 'omit',
  thinkingText: 'sent',
  efforts: WORDS,
  sampling: 'both',
  strictTools: false,
  forcedTools: 'without-thinking',
};

/** What a DSN may say of each. */
export const CLAUDE_QUIRK_WORDS: {
  readonly [Name in keyof ClaudeQuirks]: QuirkValues<ClaudeQuirks[Name]>;
} = {
  thinking: ['none', 'budget', 'adaptive'],
  thinkingOff: ['omit', 'disabled', 'between_tools', 'never'],
  thinkingText: ['sent', 'on-request'],
  efforts: {
    takes: `a comma list of ${WORDS.join(', ')}, or none`,
    read(text) {
      const words = text === 'none' ? [] : text.split(',').map((each) => WORDS.find((word) => word === each));
      return words.every((word) => word !== undefined) ? words : undefined;
    },
  },
  sampling: ['both', 'one', 'none'],
  strictTools: [true, false],
  forcedTools: ['always', 'without-thinking', 'never'],
};
