import { MASKED } from './find-secrets.ts';
import { WINDOW } from './line-stage.ts';
import type { MarkedText } from './literal-stage.ts';
import { continueKey, KEY_BEGIN, MAX_KEY_BEGIN, privateKeyAt, type KeyMode } from './private-key.ts';

/** Maximum length of the blanks and the line break after the first line of a PEM block, in characters. */
const MAX_BLANKS = 1024;
const LINE_END = /^[^\S\n]*\n/;

/**
 * Marks private keys in a text that arrives in pieces. The marks replace the line ends of a key too, so that the text around a key
 * is searched as one line, as it is after the key is masked. Buffers the start of a key, and an unfinished line of a key.
 */
export class KeyStage {
  private raw = '';
  private work = '';
  private mode: KeyMode | undefined;

  /** Returns the text that later pieces cannot change. */
  push(piece: MarkedText, isEnd: boolean): MarkedText {
    this.raw += piece.raw;
    this.work += piece.work;
    let work = '';
    let at = 0;
    // The text before the piece has no line break. Searching it again for each piece would take quadratic time.
    const isWaiting = this.mode !== undefined && this.work.length < WINDOW && !piece.work.includes('\n');
    while (isEnd || !isWaiting) {
      const step = this.mode === undefined ? this.outside(at, isEnd) : this.inside(at, isEnd, this.mode);
      if (step === undefined) break;
      work += step.isKey ? MASKED.repeat(step.to - at) : this.work.slice(at, step.to);
      at = step.to;
      this.mode = step.mode;
    }
    const raw = this.raw.slice(0, at);
    this.raw = this.raw.slice(at);
    this.work = this.work.slice(at);
    return { raw, work };
  }

  /** Returns the next part of the text that does not belong to a key, or the first line of a key; `undefined` to wait for more. */
  private outside(at: number, isEnd: boolean): Step | undefined {
    const { work } = this;
    let begin = work.indexOf(KEY_BEGIN, at);
    // End of the first line of a key at `begin`; `undefined` if the line is incomplete, or no key begins.
    let to: number | undefined;
    while (begin !== -1 && (to = privateKeyAt(work, begin)) === undefined) {
      // The rest of a first line may arrive later.
      if (!isEnd && work.length - begin < MAX_KEY_BEGIN) break;
      begin = work.indexOf(KEY_BEGIN, begin + 1);
    }
    if (begin === -1) begin = isEnd ? work.length : work.length - lengthOfBegun(work);
    // First the text before the key, or before an end of the text with which a key may begin.
    if (begin > at) return { to: begin, isKey: false, mode: undefined };
    if (to === undefined) return undefined;
    const rest = work.slice(to, to + MAX_BLANKS);
    const [lineEnd] = LINE_END.exec(rest) ?? [];
    if (lineEnd !== undefined) return { to: to + lineEnd.length, isKey: true, mode: 'lines' };
    if (!isEnd && rest.length < MAX_BLANKS && rest.trim() === '') return undefined;
    return { to, isKey: true, mode: 'inline' };
  }

  /** Returns the part of the next line that belongs to the key; `undefined` to wait for the rest of the line. */
  private inside(at: number, isEnd: boolean, mode: KeyMode): Step | undefined {
    const text = this.work.slice(at, at + WINDOW);
    const newline = text.indexOf('\n');
    if (text === '' || (newline === -1 && text.length < WINDOW && !isEnd)) return undefined;
    const { length, next } = continueKey(newline === -1 ? text : text.slice(0, newline + 1), mode);
    return { to: at + length, isKey: true, mode: next };
  }
}

/** Next part of the text. `mode`: whether and how a key continues after it. */
interface Step {
  readonly to: number;
  readonly isKey: boolean;
  readonly mode: KeyMode | undefined;
}

/** Returns the length of the longest end of the text with which a key may begin. */
function lengthOfBegun(text: string): number {
  let length = Math.min(text.length, KEY_BEGIN.length - 1);
  while (!KEY_BEGIN.startsWith(text.slice(text.length - length))) length--;
  return length;
}
