import type { FoundValue, MaskRule } from './types.ts';

/** Range of a value in a text. */
export interface Range extends FoundValue {
  /** Original value. Set if the range may contain the value with escapes. */
  readonly value?: string;
}

/** Finder of values in a text by rules. */
export class ValueFinder {
  private readonly rules: readonly CompiledRule[];

  constructor(rules: readonly MaskRule[]) {
    this.rules = rules.map(compiled);
  }

  /** Returns the ranges of the values, in any order. Ranges of different rules may overlap. */
  find(text: string): readonly Range[] {
    const found = this.findIn(text);
    const decoded = decodedJson(text);
    if (decoded === undefined) return found;
    const ranges = this.findIn(decoded.text).map(({ label, start, end }) => ({
      label,
      start: decoded.places[start] ?? 0,
      end: decoded.places[end] ?? 0,
      value: decoded.text.slice(start, end),
    }));
    // In the text with escapes, a value may begin with the letter of an escape, such as `nmax@example.com` after a backslash.
    const covered = new Uint8Array(text.length);
    for (const { start, end } of ranges) covered.fill(1, start, end);
    return [...ranges, ...found.filter(({ start, end }) => !covered.subarray(start, end).includes(1))];
  }

  private findIn(text: string): readonly FoundValue[] {
    return this.rules.flatMap((rule) => matchesOf(rule, text));
  }

  /** Returns whether a rule finds the value in a text that contains only this value. */
  findsAlone(value: string): boolean {
    return this.find(value).some(({ start, end }) => start === 0 && end === value.length);
  }
}

/** Start of an object or an array with a string, also within a string of JSON. */
const HAS_JSON = /[{[]\s*\\*"/;
/** Escape of JSON. */
const ESCAPE = /\\(?:([\\bfnrt"/])|u([\da-fA-F]{4}))/g;
/** Escape of JSON within a string of JSON, which has more backslashes. */
const NESTED_ESCAPE = /\\+(?:([bfnrt"/])|u([\da-fA-F]{4}))/g;
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Returns a text that contains JSON, such as the result of a tool, without the escapes, and the offset of each of its characters in
 * `text`. Returns `undefined` for a text without JSON or without escapes.
 */
function decodedJson(
  text: string,
): { readonly text: string; readonly places: readonly number[] } | undefined {
  if (!text.includes('\\') || !HAS_JSON.test(text)) return undefined;
  // Two backslashes before an `n` are an escape only in nested JSON, and otherwise a backslash, as in a path.
  const pattern = text.includes('\\"') ? NESTED_ESCAPE : ESCAPE;
  let decoded = '';
  const places: number[] = [];
  const add = (characters: string, from: number, step: number): void => {
    for (let at = 0; at < characters.length; at++) places.push(from + at * step);
    decoded += characters;
  };
  let end = 0;
  for (const { 0: escape, 1: letter, 2: code, index } of text.matchAll(pattern)) {
    add(text.slice(end, index), end, 1);
    const character = code === undefined ? letter : String.fromCharCode(Number.parseInt(code, 16));
    add(ESCAPED[character ?? ''] ?? character ?? '', index, 0);
    end = index + escape.length;
  }
  add(text.slice(end), end, 1);
  places.push(text.length);
  return { text: decoded, places };
}

interface CompiledRule extends MaskRule {
  /** Pattern of the rule, anchored at both ends. It tests whether a part of a match is a value. */
  readonly complete: RegExp | undefined;
}

function compiled(rule: MaskRule): CompiledRule {
  const { pattern, group = 0, valid } = rule;
  const flags = pattern.flags.replace(/[gyd]/g, '');
  return {
    ...rule,
    pattern: new RegExp(pattern.source, `${flags}g${group > 0 ? 'd' : ''}`),
    complete: valid !== undefined && group === 0 ? new RegExp(`^(?:${pattern.source})$`, flags) : undefined,
  };
}

function matchesOf(rule: CompiledRule, text: string): readonly FoundValue[] {
  const { pattern, label, group = 0 } = rule;
  const found: FoundValue[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const range = group > 0 ? match.indices?.[group] : [match.index, pattern.lastIndex];
    const [start = 0, matchEnd = 0] = range ?? [];
    const end = validEnd(rule, text, start, matchEnd);
    if (end > start) found.push({ label, start, end });
    // Search again inside an invalid match and after a value that is shorter than its match, where another value may begin.
    if (end <= start || match[0] === '') pattern.lastIndex = match.index + 1;
    else if (end < matchEnd) pattern.lastIndex = end;
  }
  return found;
}

/** Returns the end of the value that begins at `start`, or `start` if none is valid. A match may be longer than its value. */
function validEnd({ valid, complete }: CompiledRule, text: string, start: number, matchEnd: number): number {
  if (valid === undefined || start === matchEnd || valid(text.slice(start, matchEnd))) return matchEnd;
  if (complete === undefined) return start;
  for (let end = matchEnd - 1; end > start; end--) {
    const isBoundary = isTerm(text[end - 1]) && !isTerm(text[end]);
    if (!isBoundary) continue;
    const value = text.slice(start, end);
    if (valid(value) && complete.test(value)) return end;
  }
  return start;
}

/** Pattern of digits, and of characters of scripts in which spaces separate terms. */
const TERM = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]/u;
const isTerm = (character = ' '): boolean => character !== ' ' && TERM.test(character);

/** Returns the ranges in order of position. Overlapping ranges become one range, so that no part of a value remains unmasked. */
export function mergeRanges(found: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || range.start >= last.end) merged.push(range);
    else if (range.end > last.end)
      merged[merged.length - 1] = { label: last.label, start: last.start, end: range.end };
  }
  return merged;
}

/** Value that occurred in a request, with its label. */
export interface KnownValue {
  readonly value: string;
  readonly label: string;
}

interface Node {
  readonly next: Map<string, Node>;
  known?: KnownValue;
}

/** Values that a rule or `MaskOptions.find` recognized by their context. Finds them also in text without this context. */
export class KnownValues {
  private readonly root: Node = { next: new Map() };

  add(known: KnownValue): void {
    const { value } = known;
    // Add both forms, because a value in tool results and arguments may have the escapes of JSON.
    for (const form of [value, JSON.stringify(value).slice(1, -1)]) {
      let node = this.root;
      for (let at = 0; at < form.length; at++) {
        const next: Node = node.next.get(form.charAt(at)) ?? { next: new Map() };
        node.next.set(form.charAt(at), next);
        node = next;
      }
      node.known ??= known;
    }
  }

  /** Returns the ranges of known values. Finds a value of fewer than 4 characters only as a separate term. */
  find(text: string): readonly Range[] {
    const found: Range[] = [];
    if (this.root.next.size === 0) return found;
    for (let start = 0; start < text.length; start++) {
      let best: Range | undefined;
      let node: Node | undefined = this.root;
      for (let end = start; node !== undefined; node = node.next.get(text.charAt(end++)))
        if (node.known !== undefined && mayBeValue(text, start, end)) best = { ...node.known, start, end };
      if (best === undefined) continue;
      found.push(best);
      start = best.end - 1;
    }
    return found;
  }
}

/** Minimum length of a known value that is also found inside a longer term, in characters. */
const MIN_INNER = 4;

function mayBeValue(text: string, start: number, end: number): boolean {
  const isSeparate = !isTerm(text[start - 1]) && !isTerm(text[end]);
  return isSeparate || end - start >= MIN_INNER;
}
