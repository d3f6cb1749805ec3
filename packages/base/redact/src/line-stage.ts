import { findSecrets, MASKED } from './find-secrets.ts';
import type { MarkedText } from './literal-stage.ts';
import type { CompiledRule } from './patterns.ts';
import { continueKey, privateKeyIn, type KeyMode } from './private-key.ts';
import type { Span } from './rule.ts';

/** Maximum length of a line that is searched at once. A longer line is searched in windows of this size. */
const WINDOW = 32_768;
/** Number of characters after an offset that rules may need to decide whether a secret begins there. */
const LOOKAHEAD = 2048;
/** Maximum length of a window, in characters. The parts of a longer secret are masked separately. */
const MAX_WINDOW = 1_048_576;
/** Maximum total length of lines that are searched together, in characters. The result does not depend on this size. */
const BLOCK = 65_536;

/** Emits a part of the text: unchanged if `rule` is `undefined`, otherwise masked. `quote` is added on both sides of the mask. */
export type EmitText = (raw: string, rule: string | undefined, quote?: string) => void;

/**
 * Finds secrets in each line, or in windows of a long line. The result for a line depends only on the line and on whether a
 * private key began before the line. The result does not depend on how the input is split.
 */
export class LineStage {
  private raw = '';
  private work = '';
  private key: KeyMode | undefined;
  /** Offset in the buffered text at which the next private key may begin. */
  private keyBegin = -1;
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
    this.keyBegin = -1;
    let at = 0;
    for (;;) {
      const length = this.stretch(at, isEnd);
      if (length === 0) break;
      at += this.key === undefined ? this.search(at, length, isEnd) : this.skip(at, length);
    }
    this.raw = this.raw.slice(at);
    this.work = this.work.slice(at);
  }

  /** Returns the length of the text to search: complete lines, a window of a long line, or the rest; 0 to wait for more text. */
  private stretch(at: number, isEnd: boolean): number {
    // Do not search for the next private key within a private key or within the single line of a window that has grown.
    const begin = this.key === undefined && this.window === WINDOW ? this.nextKey(at) : at;
    let end = at;
    while (end - at < BLOCK) {
      const newline = this.work.indexOf('\n', end);
      if (newline === -1 || newline - end >= this.window) break;
      end = newline + 1;
      if (begin < end) break;
    }
    if (end > at) return end - at;
    const rest = this.work.length - at;
    if (rest >= this.window) return this.window;
    return isEnd ? rest : 0;
  }

  private nextKey(at: number): number {
    if (this.keyBegin < at) {
      const found = this.work.indexOf('-----BEGIN ', at);
      this.keyBegin = found === -1 ? Infinity : found;
    }
    return this.keyBegin;
  }

  private skip(at: number, length: number): number {
    const line = this.work.slice(at, at + length);
    const found = continueKey(line, this.key ?? 'inline');
    this.key = found.next;
    if (found.length > 0) this.emit(this.raw.slice(at, at + found.length), 'private-key');
    return found.length;
  }

  private search(at: number, length: number, isEnd: boolean): number {
    const text = this.work.slice(at, at + length);
    const key = privateKeyIn(text);
    if (key?.from === 0) return this.beginKey(at, text, key.to);
    const head = key === undefined ? text : text.slice(0, key.from);
    const isWindow =
      key === undefined && !text.endsWith('\n') && !(isEnd && at + length === this.work.length);
    const found = findSecrets(head, this.rules);
    const cut = isWindow ? cutOf(head, found.spans) : head.length;
    const isFilled = isWindow && cut < head.length / 4;
    if (isFilled && this.window < MAX_WINDOW) {
      this.window *= 2;
      return 0;
    }
    this.window = WINDOW;
    if (isFilled) this.key = found.spans.find(({ end, open }) => open && end === head.length)?.open ?? 'run';
    const shown = isFilled ? head.length : cut;
    this.emitMasked(at, found.masked.slice(0, shown), found.spans);
    return shown;
  }

  private beginKey(at: number, text: string, to: number): number {
    const newline = text.indexOf('\n', to);
    const rest = text.slice(to, newline === -1 ? undefined : newline);
    this.key = newline !== -1 && rest.trim() === '' ? 'lines' : 'inline';
    const length = this.key === 'lines' ? newline + 1 : to;
    this.emit(this.raw.slice(at, at + length), 'private-key');
    return length;
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
      // No rule found it, so it is a known secret, which an earlier stage has masked.
      else this.emit(raw, 'literal');
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

function clusters(spans: readonly Span[]): readonly (readonly [number, number])[] {
  const joined: [number, number][] = [];
  for (const { from, end } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], end);
    else joined.push([from, end]);
  }
  return joined;
}
