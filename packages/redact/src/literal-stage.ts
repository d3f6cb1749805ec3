import { EXISTING_MASK, MASKED } from './find-secrets.ts';
import { maskAt } from './mask.ts';

/** Text twice, character by character: unchanged, and with marks for known secrets. */
export interface MarkedText {
  readonly raw: string;
  /** `MASKED` for what is secret, `KEPT` for what is a mask. */
  readonly work: string;
}

/**
 * Masks known values first, in whatever pieces they come: held back is only what may be the beginning of one. Masks that
 * are in the text already are not looked into.
 */
export class LiteralStage {
  private held = '';
  /** So many characters of what is held belong to a value that has begun before. */
  private maskedAhead = 0;

  push(piece: string, forms: readonly string[], isEnd: boolean): MarkedText {
    const text = this.held + piece;
    const masks = masksIn(text, isEnd);
    const literals = literalsIn(text, forms, masks.spans);
    const cut = isEnd ? text.length : safeCut(text, forms, masks.pending, literals);
    const work = withMarks(text, masks.spans, literals, this.maskedAhead);
    const end = literals.reduce(
      (most, [from, to]) => (from < cut ? Math.max(most, to) : most),
      this.maskedAhead,
    );
    this.maskedAhead = Math.max(0, end - cut);
    this.held = text.slice(cut);
    return { raw: text.slice(0, cut), work: work.slice(0, cut) };
  }
}

type Range = readonly [from: number, to: number];

function masksIn(
  text: string,
  isEnd: boolean,
): { readonly spans: readonly Range[]; readonly pending: number } {
  const spans: Range[] = [];
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', at + 1)) {
    const length = maskAt(text, at);
    if (length === 'pending' && !isEnd) return { spans, pending: at };
    if (typeof length === 'number') spans.push([at, at + length]);
  }
  return { spans, pending: text.length };
}

/** All of them, those that overlap too: which characters are covered does not depend on where a search began. */
function literalsIn(text: string, forms: readonly string[], masks: readonly Range[]): readonly Range[] {
  const found: Range[] = [];
  for (const form of forms) {
    // One that has a bracket may reach into a mask that is not there yet: it is not joined with others.
    const isJoined = !form.includes('[');
    let last: [number, number] | undefined;
    let mask = 0;
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      const to = at + form.length;
      while ((masks[mask]?.[1] ?? Infinity) <= at) mask++;
      if ((masks[mask]?.[0] ?? Infinity) < to) continue;
      if (isJoined && last !== undefined && at <= last[1]) last[1] = to;
      else found.push((last = [at, to]));
    }
  }
  return found.sort(([a], [b]) => a - b);
}

/** Returns the position before which later text cannot change the result. */
function safeCut(
  text: string,
  forms: readonly string[],
  pending: number,
  literals: readonly Range[],
): number {
  let cut = pending;
  for (const form of forms) cut = Math.min(cut, beginningOf(form, text));
  // Should a mask begin there, what reaches into it is none.
  for (const [from, to] of literals) if (from < cut && to > pending) return Math.min(cut, from);
  return cut;
}

/** Where the text ends with a beginning of the form; its length where it does not. */
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
    ...literals.map(([from, to]) => [from, to, MASKED] as const),
    ...masks.map(([from, to]) => [from, to, EXISTING_MASK] as const),
  ];
  if (ahead > 0) ranges.push([0, ahead, MASKED]);
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

/** Replaces the mark characters in the text by the other one. */
const plain = (text: string): string =>
  text.includes(MASKED) ? text.replaceAll(MASKED, EXISTING_MASK) : text;
