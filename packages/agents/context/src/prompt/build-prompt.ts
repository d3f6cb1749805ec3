import { checkOptions, list, number, oneOf, openOptions, text } from '@majordomo/core/toolkit';
import { cutMiddle } from '../transcript/cut-middle.ts';

/** Section of the system prompt. Do not change `stable` and `context` layers between calls, so that vendors can cache them. */
export interface Layer {
  readonly tier: 'stable' | 'context' | 'volatile';
  readonly name: string;
  readonly text: string;
  /** Maximum length in characters. Longer text is cut to the first 70 % and the last 20 % of the limit. `@default` no limit */
  readonly limit?: number | undefined;
}

/** System prompt and its layers. */
export interface Prompt {
  readonly system: string;
  readonly layers: readonly { readonly name: string; readonly characters: number; readonly cut: boolean }[];
  readonly warnings: readonly string[];
}

const TIERS = ['stable', 'context', 'volatile'] as const;
const LAYERS = list(
  openOptions(
    { tier: oneOf(...TIERS), name: text, text },
    // `number(0)` checks for a number of at least 0, and rejects `Infinity`, which is the default.
    { limit: (limit: unknown) => (limit === Infinity ? undefined : number(0)(limit)) },
  ),
);

/**
 * Joins the non-empty layers with blank lines, stable tiers first. The result depends only on the layers. Throws `config` for
 * an invalid layer or a negative limit.
 */
export function buildPrompt(layers: readonly Layer[]): Prompt {
  checkOptions('buildPrompt', { layers }, { layers: LAYERS }, ['layers']);
  const ordered = TIERS.flatMap((tier) => layers.filter((layer) => layer.tier === tier));
  const built = ordered
    .map(({ name, text: full, limit = Infinity }) => {
      const trimmed = full.trim();
      const shortened = cutToLimit(trimmed, limit);
      return { name, text: shortened, cut: shortened !== trimmed, was: trimmed.length };
    })
    .filter(({ text }) => text !== '');
  return {
    system: built.map(({ text }) => text).join('\n\n'),
    layers: built.map(({ name, text, cut }) => ({ name, characters: text.length, cut })),
    warnings: built.filter(({ cut }) => cut).map(({ name, was, text }) => cutWarning(name, was, text.length)),
  };
}

/** Returns the warning that a text was cut from `was` to `is` characters. */
export const cutWarning = (name: string, was: number, is: number): string =>
  `${name} was cut from ${was} to ${is} characters`;

/** Cuts a long text to the first 70 % and the last 20 % of the limit, with a line about the cut between them. */
export function cutToLimit(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const marker = (left: number): string => `\n\n[… ${left} characters were left out here …]\n\n`;
  return cutMiddle(text, Math.floor(limit * 0.7), Math.floor(limit * 0.2), marker);
}
