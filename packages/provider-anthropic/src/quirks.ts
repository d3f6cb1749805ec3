import { LlmError } from '@majordomo/core';

/**
 * The ways in which the models and servers of the Messages wire differ. They decide what is sent; reading is
 * liberal.
 */
export interface Quirks {
  /** How reasoning is asked for: by a token budget, adaptively, or not at all. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** How it is switched off: by saying nothing, by a word for it, or never. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** Whether the text of thinking blocks comes by itself or has to be asked for by `display`. */
  readonly thinkingText: 'sent' | 'on-request';
  /** Takes `output_config.effort`. */
  readonly effort: boolean;
  /** Takes temperature and top_p, one of them at a time, or neither. API version 2026-10-21 takes neither. */
  readonly sampling: 'both' | 'one' | 'none';
  /** When it takes a `tool_choice` that forces a call. */
  readonly forcedTools: 'always' | 'without-thinking' | 'never';
}

/**
 * For a model that nothing is known of: the current way of asking; what it refuses is dropped by recovery.
 */
export const MESSAGES_QUIRKS: Quirks = {
  thinking: 'adaptive',
  thinkingOff: 'omit',
  thinkingText: 'sent',
  effort: true,
  sampling: 'both',
  forcedTools: 'without-thinking',
};

const VALUES: { readonly [Name in keyof Quirks]: readonly Quirks[Name][] } = {
  thinking: ['none', 'budget', 'adaptive'],
  thinkingOff: ['omit', 'disabled', 'between_tools', 'never'],
  thinkingText: ['sent', 'on-request'],
  effort: [true, false],
  sampling: ['both', 'one', 'none'],
  forcedTools: ['always', 'without-thinking', 'never'],
};

/**
 * Quirks from the query of a DSN, such as `?thinking=budget&effort=false`; throws `config` for an unknown
 * one.
 */
export function quirksFromParams(params: Readonly<Record<string, string>>): Partial<Quirks> {
  const quirks: Record<string, string | boolean> = {};
  for (const [name, text] of Object.entries(params)) {
    const values: readonly (string | boolean)[] | undefined = Object.hasOwn(VALUES, name)
      ? VALUES[name as keyof Quirks]
      : undefined;
    const value = values?.find((candidate) => String(candidate) === text);
    if (value === undefined) throw new LlmError('config', unknownQuirk(name, text, values));
    quirks[name] = value;
  }
  return quirks;
}

const unknownQuirk = (name: string, text: string, values: readonly unknown[] | undefined): string =>
  values === undefined
    ? `unknown DSN parameter "${name}": there are ${Object.keys(VALUES).join(', ')}`
    : `DSN parameter ${name}=${text}: it is one of ${values.join(', ')}`;
