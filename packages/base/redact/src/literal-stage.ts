import { EXISTING_MASK, MASKED } from './find-secrets.ts';
import { maskAt } from './mask.ts';

/** Text, and a copy of the same length in which marks replace known secrets and existing masks. */
export interface MarkedText {
  readonly raw: string;
  /** Copy in which `MASKED` replaces each character of known secrets, and `EXISTING_MASK` each character of existing masks. */
  readonly work: string;
}

/**
 * Marks known secrets in a text that arrives in pieces. Buffers only text that may be the beginning of a known secret or of a mask.
 * Masked text does not change: an occurrence that overlaps an existing mask is not a secret.
 */
export class LiteralStage {
  private held = '';
  /** Number of characters at the start of the buffer that are part of a secret that began earlier. */
  private maskedAhead = 0;

  /** Returns the text that later pieces cannot change. `forms`: the known secrets, unchanged and encoded. */
  push(piece: string, forms: readonly string[], isEnd: boolean): MarkedText {
    const text = this.held + piece;
    const masks = masksIn(text, isEnd);
    const literals = literalsIn(text, forms, masks.spans);
    const cut = isEnd ? text.length : safeCut(text, forms, masks.pendingAt, literals);
    const work = withMarks(text, masks.spans, literals, this.maskedAhead);
    // End of the last secret that begins before the cut.
    let end = this.maskedAhead;
    for (const [from, to] of literals) if (from < cut) end = Math.max(end, to);
    this.maskedAhead = Math.max(0, end - cut);
    this.held = text.slice(cut);
    return { raw: text.slice(0, cut), work: work.slice(0, cut) };
  }
}

type Range = readonly [from: number, to: number];

interface Masks {
  readonly spans: readonly Range[];
  /** Offset of a mask that has not arrived completely; the length of the text if none exists. */
  readonly pendingAt: number;
}

function masksIn(text: string, isEnd: boolean): Masks {
  const spans: Range[] = [];
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', at + 1)) {
    const length = maskAt(text, at);
    if (length === 'pending' && !isEnd) return { spans, pendingAt: at };
    if (typeof length === 'number') spans.push([at, at + length]);
  }
  return { spans, pendingAt: text.length };
}

/**
 * Returns the ranges of all known secrets that overlap no complete mask. The ranges may overlap each other. The result does not
 * depend on where the search begins.
 */
function literalsIn(text: string, forms: readonly string[], masks: readonly Range[]): readonly Range[] {
  const found: Range[] = [];
  for (const form of forms) {
    // Occurrences that touch are joined, so that a repeated secret has one range and not one for each character. Only a form with
    // a bracket can begin before a mask that has not arrived completely. `safeCut` buffers such a range, and would buffer the
    // complete repetition if it was joined.
    const isJoined = !form.includes('[');
    let last: [number, number] | undefined;
    let mask = 0;
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      const to = at + form.length;
      while ((masks[mask]?.[1] ?? Infinity) <= at) mask++;
      const overlapsMask = (masks[mask]?.[0] ?? Infinity) < to;
      if (overlapsMask) continue;
      if (isJoined && last !== undefined && at <= last[1]) {
        last[1] = to;
      } else {
        last = [at, to];
        found.push(last);
      }
    }
  }
  return found;
}

/** Returns the offset before which later text cannot change the result. */
function safeCut(
  text: string,
  forms: readonly string[],
  pendingAt: number,
  literals: readonly Range[],
): number {
  let cut = pendingAt;
  for (const form of forms) cut = Math.min(cut, beginningOf(form, text));
  // A range that overlaps the pending mask is a secret only if the mask proves not to be one.
  for (const [from, to] of literals) if (to > pendingAt) cut = Math.min(cut, from);
  return cut;
}

/** Returns the offset of the longest end of the text with which the form begins; the length of the text if none exists. */
function beginningOf(form: string, text: string): number {
  const first = form.charAt(0);
  const least = Math.max(0, text.length - form.length + 1);
  for (let at = text.indexOf(first, least); at !== -1; at = text.indexOf(first, at + 1)) {
    if (form.startsWith(text.slice(at))) return at;
  }
  return text.length;
}

function withMarks(text: string, masks: readonly Range[], literals: readonly Range[], ahead: number): string {
  const ranges: (readonly [...Range, string])[] = [
    [0, ahead, MASKED],
    ...literals.map(([from, to]) => [from, to, MASKED] as const),
    ...masks.map(([from, to]) => [from, to, EXISTING_MASK] as const),
  ];
  let work = '';
  let at = 0;
  for (const [from, to, character] of ranges.sort(([a], [b]) => a - b)) {
    if (to <= at) continue;
    const begin = Math.max(at, from);
    work += plain(text.slice(at, begin)) + character.repeat(to - begin);
    at = to;
  }
  return work + plain(text.slice(at));
}

/** Replaces `MASKED` in the input with `EXISTING_MASK`. */
const plain = (text: string): string =>
  text.includes(MASKED) ? text.replaceAll(MASKED, EXISTING_MASK) : text;
