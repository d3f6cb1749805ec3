import { decodedText } from './encoded.ts';
import { withoutEscapesBeforePlaces } from './escape.ts';
import { findKeyed } from './keyed/find-keyed.ts';
import { MASK } from './mask.ts';
import { compileRules, findPatterns, PLACE_RULES, type CompiledRule } from './patterns.ts';
import type { Span } from './rule.ts';
import { findTokens } from './tokens/find-tokens.ts';
import { findUserinfo } from './find-userinfo.ts';

/** Mark that replaces each character of a secret in the copy that rules search. No secret contains this mark. */
export const MASKED = '\u2028';
/** Mark that replaces each character of an existing mask, and each occurrence of `MASKED` in the input. */
export const EXISTING_MASK = '\u2029';

/** Maximum number of passes. After a secret is masked, a rule may recognize another secret, so the text is searched again. */
const MAX_ROUNDS = 6;
/** Maximum number of nested percent-encodings that are decoded. */
const MAX_LAYERS = 3;

/** Maximum length of an encoded character, such as `%25252541`. Each encoding of an encoding adds a `25`. */
const MAX_CODE_LENGTH = 9;

const PLACES = compileRules(PLACE_RULES);

/** Findings in complete lines. `masked` contains `MASKED` in place of each character of a secret. */
export interface Found {
  readonly masked: string;
  readonly spans: readonly Span[];
}

/** Finds secrets in complete lines. The result is the same if the lines are searched separately. `own`: rules of the application. */
export function findSecrets(text: string, own: readonly CompiledRule[]): Found {
  const spans: Span[] = [];
  let masked = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { text: equal, offsetOf } = withEqualMasks(masked);
    const found = onePass(equal, own).map((span) => ({
      ...span,
      start: offsetOf(span.start),
      end: offsetOf(span.end),
      from: offsetOf(span.from),
    }));
    if (found.length === 0) break;
    spans.push(...found);
    masked = withMasks(masked, found);
  }
  return { masked, spans };
}

/** Text with marks of equal length, and the function that returns the offset in the original text. */
interface EqualMasks {
  readonly text: string;
  readonly offsetOf: (at: number) => number;
}

const MARKS = /[\u2028\u2029]+/g;

/**
 * Replaces adjacent marks with marks of the length of a mask, so that a rule decides about a secret that is already masked as it
 * decides about the mask.
 */
function withEqualMasks(text: string): EqualMasks {
  if (text.search(MARKS) === -1) return { text, offsetOf: (at) => at };
  const offsets: number[] = [];
  const addOffsets = (from: number, to: number): void => {
    for (let at = from; at < to; at++) offsets.push(at);
  };
  let end = 0;
  const equal = text.replaceAll(MARKS, (marks, at: number) => {
    addOffsets(end, at);
    end = at + marks.length;
    for (let place = 0; place < MASK.length; place++) offsets.push(Math.min(at + place, end));
    return marks.charAt(0).repeat(MASK.length);
  });
  addOffsets(end, text.length + 1);
  return { text: equal, offsetOf: (at) => offsets[at] ?? text.length };
}

function onePass(text: string, own: readonly CompiledRule[], layer = 0): readonly Span[] {
  const found: Span[] = [];
  findTokens(text, found);
  findKeyed(text, found);
  findUserinfo(text, found);
  findPatterns(withoutEscapesBeforePlaces(text), PLACES, found);
  // Search each line separately. If a rule of the application matched a line end, the result would depend on the chunks.
  if (own.length > 0) findInLines(text, own, found);
  if (layer < MAX_LAYERS) findEncoded(text, own, layer, found);
  return found;
}

function findEncoded(text: string, own: readonly CompiledRule[], layer: number, found: Span[]): void {
  const { decoded, offsets } = decodedText(text);
  if (decoded === '') return;
  for (const { rule, start, end, from } of onePass(decoded, own, layer + 1)) {
    const [first = 0, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);
    // Move `from` before a preceding percent-code, so that a window of a long line does not end within the code.
    found.push({ rule, start: first, end: last, from: Math.max(0, begin - MAX_CODE_LENGTH) });
  }
}

function findInLines(text: string, own: readonly CompiledRule[], found: Span[]): void {
  let offset = 0;
  for (const line of text.split('\n')) {
    const inLine: Span[] = [];
    findPatterns(line, own, inLine);
    for (const { rule, start, end, from } of inLine) {
      found.push({ rule, start: start + offset, end: end + offset, from: from + offset });
    }
    offset += line.length + 1;
  }
}

function withMasks(text: string, found: readonly Span[]): string {
  let masked = '';
  let at = 0;
  for (const { start, end } of [...found].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const begin = Math.max(at, start);
    masked += text.slice(at, begin) + MASKED.repeat(end - begin);
    at = end;
  }
  return masked + text.slice(at);
}
