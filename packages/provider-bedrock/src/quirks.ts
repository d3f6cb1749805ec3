import { LlmError } from '@majordomo/core';

/** The ways in which the models behind the Converse wire differ. They decide what is sent; reading is liberal. */
export interface Quirks {
  /**
   * How reasoning is asked for, in `additionalModelRequestFields`: a token budget or adaptively (`thinking`, Claude),
   * by `reasoningConfig` (Nova 2), by `reasoning_effort` (gpt-oss), or not at all.
   */
  readonly reasoning:
    'thinking-budget' | 'thinking-adaptive' | 'reasoning-config' | 'reasoning-effort' | 'none';
  /** Whose reasoning tokens it reads: every Claude's, or only those of its own kind. */
  readonly family: 'claude' | 'model';
  /** Takes cache points everywhere, everywhere but after tools, or nowhere. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  /** Takes `ttl: '1h'` on them. */
  readonly longCache: boolean;
  /** Takes a tool choice that names one tool, one that forces any, or none. */
  readonly toolChoice: 'one' | 'any' | 'none';
  /** Takes `status` on tool results; without it a text says that the tool failed. */
  readonly toolStatus: boolean;
  /** Takes images inside tool results; without it they follow the results. */
  readonly toolImages: boolean;
  /** Takes system blocks; without them the text leads the first user message. */
  readonly system: boolean;
  /** Takes temperature and topP, one of them at a time, or neither. */
  readonly sampling: 'both' | 'one' | 'none';
}

/** For a model that nothing is known of: the plain wire; what it refuses is dropped by recovery. */
export const CONVERSE_QUIRKS: Quirks = {
  reasoning: 'none',
  family: 'model',
  cachePoints: 'none',
  longCache: false,
  toolChoice: 'any',
  toolStatus: false,
  toolImages: false,
  system: true,
  sampling: 'both',
};

const VALUES: { readonly [Name in keyof Quirks]: readonly Quirks[Name][] } = {
  reasoning: ['thinking-budget', 'thinking-adaptive', 'reasoning-config', 'reasoning-effort', 'none'],
  family: ['claude', 'model'],
  cachePoints: ['all', 'no-tools', 'none'],
  longCache: [true, false],
  toolChoice: ['one', 'any', 'none'],
  toolStatus: [true, false],
  toolImages: [true, false],
  system: [true, false],
  sampling: ['both', 'one', 'none'],
};

/** Quirks from the query of a DSN, such as `?reasoning=thinking-budget`; throws `config` for an unknown one. */
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
