import { findSecrets, MASKED } from './find-secrets.ts';
import type { MarkedText } from './literal-stage.ts';
import type { CompiledRule } from './patterns.ts';
import { KEY_BEGIN } from './private-key.ts';
import { endOfQuoted, type Quote } from './quote.ts';
import type { Span } from './rule.ts';

/** Maximum length of a line that is searched at once. A longer line is searched in windows of this size. */
export const WINDOW = 32_768;
/** Number of characters after an offset that rules may need to decide whether a secret begins there. */
const LOOKAHEAD = 2048;
/** Maximum length of a window, in characters. The parts of a longer secret are masked separately. */
const MAX_WINDOW = 1_048_576;
/** Maximum total length of lines that are searched together, in characters. The result does not depend on this size. */
const BLOCK = 65_536;

/** Emits a part of the text: unchanged if `rule` is `undefined`, otherwise masked. `quote` is added on both sides of the mask. */
export type EmitText = (raw: string, rule: string | undefined, quote?: string) => void;

/** Value that continues after a window. `run`: the rest of an unquoted value. A quote: the rest of a value that the quote opened. */
type LongValue = 'run' | Quote;

/**
 * Finds secrets in each line, or in windows of a long line. The result for a line depends only on the line. The result does not depend
 * on how the input is split.
 */
export class LineStage {
  private raw = '';
  private work = '';
  private value: LongValue | undefined;
  /** Size of the window, in characters. The window grows while a single secret fills it. */
  private window = WINDOW;
  private readonly rules: readonly CompiledRule[];
  private readonly emit: EmitText;

  constructor(rules: readonly CompiledRule[], emit: EmitText) {
    this.rules = rules;
    this.emit = emit;
  }

  push(piece: MarkedText, isEnd: boolean): void {
    this.raw += piece.raw;
    this.work += piece.work;
    // The text before the piece has no line break. Searching it again for each piece would take quadratic time.
    if (!isEnd && this.work.length < this.window && !piece.work.includes('\n')) return;
    let at = 0;
    for (;;) {
      const length = this.stretch(at, isEnd);
      if (length === 0) break;
      at += this.value === undefined ? this.search(at, length, isEnd) : this.skip(at, length, this.value);
    }
    this.raw = this.raw.slice(at);
    this.work = this.work.slice(at);
  }

  /** Returns the length of the text to search: complete lines, a window of a long line, or the rest; 0 to wait for more text. */
  private stretch(at: number, isEnd: boolean): number {
    // A continued value and a larger window apply only to the line in which they began.
    const isSingle = this.value !== undefined || this.window !== WINDOW;
    let end = at;
    while (end - at < BLOCK) {
      const newline = this.work.indexOf('\n', end);
      if (newline === -1 || newline - end >= this.window) break;
      end = newline + 1;
      if (isSingle) break;
    }
    if (end > at) return end - at;
    const rest = this.work.length - at;
    if (rest >= this.window) return this.window;
    return isEnd ? rest : 0;
  }

  private skip(at: number, length: number, value: LongValue): number {
    const line = this.work.slice(at, at + length);
    const found = value === 'run' ? restOfRun(line) : restOfQuoted(line, value);
    this.value = found.next;
    if (found.length > 0) this.emit(this.raw.slice(at, at + found.length), 'keyed-value');
    return found.length;
  }

  private search(at: number, length: number, isEnd: boolean): number {
    const text = this.work.slice(at, at + length);
    const isWindow = !text.endsWith('\n') && !(isEnd && at + length === this.work.length);
    const found = findSecrets(text, this.rules);
    const cut = isWindow ? cutOf(text, found.spans) : text.length;
    // If only the first quarter of a window is certain, one secret fills the rest.
    const isFilled = isWindow && cut < text.length / 4;
    if (isFilled && this.window < MAX_WINDOW) {
      // 0: the text is searched again in the larger window, when enough text has arrived.
      this.window *= 2;
      return 0;
    }
    this.window = WINDOW;
    if (isFilled)
      this.value = found.spans.find(({ end, open }) => open && end === text.length)?.open ?? 'run';
    const shown = isFilled ? text.length : cut;
    this.emitMasked(at, found.masked.slice(0, shown), found.spans);
    return shown;
  }

  private emitMasked(at: number, masked: string, spans: readonly Span[]): void {
    const sorted = [...spans].sort((a, b) => a.start - b.start);
    let from = 0;
    let span = 0;
    while (from < masked.length) {
      const isMasked = masked[from] === MASKED;
      const to = endOfStretch(masked, from, isMasked);
      while ((sorted[span]?.end ?? Infinity) <= from) span++;
      const { start = Infinity, rule, quote } = sorted[span] ?? {};
      const raw = this.raw.slice(at + from, at + to);
      if (!isMasked) this.emit(raw, undefined);
      else if (start < to) this.emit(raw, rule, quote);
      // No rule found it, so an earlier stage has marked it.
      else this.emit(raw, raw.includes(KEY_BEGIN) ? 'private-key' : 'literal');
      from = to;
    }
  }
}

function endOfStretch(masked: string, from: number, isMasked: boolean): number {
  let to = from;
  if (!isMasked) {
    const next = masked.indexOf(MASKED, from);
    return next === -1 ? masked.length : next;
  }
  while (masked[to] === MASKED) to++;
  return to;
}

/** Returns the offset at which a window can be cut. Later text cannot change the result before this offset. */
function cutOf(text: string, spans: readonly Span[]): number {
  const limit = text.length - LOOKAHEAD;
  // Cut after a separator if one is among the 1,024 characters before the limit.
  let cut = limit;
  while (cut > limit - 1024 && !/[\s"',;<>{}]/.test(text.charAt(cut - 1))) cut--;
  if (cut === limit - 1024) cut = limit;
  for (const [from, to] of clusters(spans)) {
    // Include the previous character, because a character such as `<` may decide whether a secret begins here.
    if (from > cut || to <= cut) continue;
    return to < text.length ? to : Math.max(0, from - 1);
  }
  return cut;
}

/** Returns the contexts of the findings, with overlapping contexts joined, in order. */
function clusters(spans: readonly Span[]): readonly (readonly [from: number, to: number])[] {
  const joined: [from: number, to: number][] = [];
  for (const { from, end } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], end);
    else joined.push([from, end]);
  }
  return joined;
}

/** Returns the rest of an unquoted value, which ends as in `find-keyed.ts`. */
function restOfRun(line: string): { length: number; next: LongValue | undefined } {
  const stop = /[\s"'`&,;<>]/.exec(line);
  return stop === null ? { length: line.length, next: 'run' } : { length: stop.index, next: undefined };
}

/** Returns the rest of a quoted value. Excludes trailing backslashes, because their meaning depends on the text that follows. */
function restOfQuoted(line: string, quote: Quote): { length: number; next: LongValue | undefined } {
  const { end, isClosed } = endOfQuoted(line, 0, quote);
  if (isClosed || end < line.length) return { length: end, next: undefined };
  let length = line.length;
  while (line[length - 1] === '\\') length--;
  return { length: length === 0 ? line.length : length, next: quote };
}
