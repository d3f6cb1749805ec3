import { decodedRuns } from './encoded.ts';
import { findKeyed } from './keyed/find-keyed.ts';
import { compileRules, findPatterns, PLACE_RULES, type CompiledRule } from './patterns.ts';
import type { Span } from './rule.ts';
import { findTokens } from './tokens/find-tokens.ts';
import { findUserinfo } from './find-userinfo.ts';

/** Replaces every masked character; like a space, it is part of no secret. */
export const MASKED = '\u2028';
/** Replaces existing masks, and occurrences of itself. */
export const EXISTING_MASK = '\u2029';

/** A mask may part what hid something else: looked at again, but not for ever. */
const MAX_ROUNDS = 6;
/** Layers of percent-encoding that are read. */
const MAX_LAYERS = 3;

/** `%252525`: a character that is encoded once per layer. */
const MAX_CODE_LENGTH = 9;

const PLACES = compileRules(PLACE_RULES);

/** Findings in complete lines; `masked` has `MASKED` for each character of a secret. */
export interface Found {
  readonly masked: string;
  readonly spans: readonly Span[];
}

/** Rules look no further than a line: lines apart give what they give together. */
export function findSecrets(text: string, own: readonly CompiledRule[]): Found {
  const spans: Span[] = [];
  let masked = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = onePass(masked, own);
    if (found.length === 0) break;
    spans.push(...found);
    masked = withMasks(masked, found);
  }
  return { masked, spans };
}

function onePass(text: string, own: readonly CompiledRule[], layer = 0): readonly Span[] {
  const found: Span[] = [];
  findTokens(text, found);
  findKeyed(text, found);
  findUserinfo(text, found);
  findPatterns(text, PLACES, found);
  // An application's rule could match a line end, which would differ between complete text and chunks.
  if (own.length > 0) findInLines(text, own, found);
  if (layer < MAX_LAYERS) findEncoded(text, own, layer, found);
  return found;
}

function findEncoded(text: string, own: readonly CompiledRule[], layer: number, found: Span[]): void {
  for (const { decoded, offsets } of decodedRuns(text)) {
    for (const { rule, start, end, from } of onePass(decoded, own, layer + 1)) {
      const [first = 0, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);
      // A window of a long line is not cut within the code before it.
      found.push({ rule, start: first, end: last, from: Math.max(0, begin - MAX_CODE_LENGTH) });
    }
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
