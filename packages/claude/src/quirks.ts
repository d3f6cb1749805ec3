import type { QuirkWords } from '@majordomo/core/provider';

/** The ways in which Claude's models differ, on whatever platform. They decide what is sent; reading is liberal. */
export interface ClaudeQuirks {
  /** How reasoning is asked for: by a token budget, adaptively, or not at all. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** How it is switched off: by saying nothing, by a word for it, or never. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Whether the text of thinking blocks comes by itself or has to be asked for by `display`. */
  readonly thinkingText: 'sent' | 'on-request';
  /** Takes an effort beside thinking. */
  readonly effort: boolean;
  /** Takes temperature and top_p, one of them at a time, or neither. */
  readonly sampling: 'both' | 'one' | 'none';
  /** When it takes a tool choice that forces a call. */
  readonly forcedTools: 'always' | 'without-thinking' | 'never';
}

/** For a model that nothing is known of: the current way of asking; what it refuses is dropped by recovery. */
export const CLAUDE_QUIRKS: ClaudeQuirks = {
  thinking: 'adaptive',
  thinkingOff: 'omit',
  thinkingText: 'sent',
  effort: true,
  sampling: 'both',
  forcedTools: 'without-thinking',
};

/** What a DSN may say of each. */
export const CLAUDE_QUIRK_WORDS: {
  readonly [Name in keyof ClaudeQuirks]: QuirkWords<ClaudeQuirks[Name]>;
} = {
  thinking: ['none', 'budget', 'adaptive'],
  thinkingOff: ['omit', 'disabled', 'between_tools', 'never'],
  thinkingText: ['sent', 'on-request'],
  effort: [true, false],
  sampling: ['both', 'one', 'none'],
  forcedTools: ['always', 'without-thinking', 'never'],
};
