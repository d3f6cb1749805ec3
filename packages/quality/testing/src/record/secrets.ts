import { secretSpans } from '@majordomo/core/toolkit';
import { createRedactor, RULES } from '@majordomo/redact';

/** Replacement for a secret. */
export const MASK = '***';

type Span = readonly [from: number, to: number];

const redactor = createRedactor();
/**
 * Ids of the rules that recognize a secret by its shape. Rules that depend on a property's name are not used, because a property
 * `token` of a response may contain a piece of text.
 */
const BY_SHAPE: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));

/** Returns the ranges of known secrets and of strings with a secret's shape, sorted and without overlap. */
export function spansOf(text: string, secrets: readonly string[]): readonly Span[] {
  const shapes = redactor
    .find(text)
    .filter(({ rule }) => BY_SHAPE.has(rule))
    .map(({ start, end }): Span => [start, end]);
  const all = [...secretSpans(text, secrets), ...shapes].sort(([a], [b]) => a - b);
  const apart: Span[] = [];
  for (const [from, to] of all) {
    const last = apart.at(-1);
    if (last === undefined || from > last[1]) apart.push([from, to]);
    else apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return apart;
}

/** Returns the text with masked secrets. */
export function hidden(text: string, secrets: readonly string[]): string {
  let clean = '';
  let at = 0;
  for (const [from, to] of spansOf(text, secrets)) {
    clean += text.slice(at, from) + MASK;
    at = to;
  }
  return clean + text.slice(at);
}
