const NEEDLE = 'to=functions.';

/** Roles and channel markers of the model's format with which a leaked call may begin. */
const MARKS = ['start', 'channel', 'message', 'assistant', 'commentary', 'analysis', 'final'];
const PREAMBLE = /^(?:[\s<|>]|start|channel|message|assistant|commentary|analysis|final)*$/;
const MAX_PREAMBLE = 80;
const BOUNDARY = /[\s>|]/;
const NAME = /\w/;

/**
 * Removes a tool call that a model wrote as text (`assistant to=functions.run {…}`). Holds back text that may be the beginning of
 * such a call. A mention of the syntax in quotes (`the "to=functions.x" syntax`) is not removed.
 */
export class LeakedCallFilter {
  /** Whether a leaked call was found. All later text of the response is then dropped. */
  found = false;
  private isStart = true;
  /** Last character that was emitted. */
  private before = ' ';
  private pending = '';

  /** Returns the text that can be emitted so far. */
  push(delta: string): string {
    if (this.found || delta === '') return '';
    const text = this.pending + delta;
    const at = this.callIn(text);
    if (at !== -1) {
      this.found = true;
      this.pending = '';
      return this.isStart && PREAMBLE.test(text.slice(0, at)) ? '' : text.slice(0, at);
    }
    const keep = this.isStart && isPreamble(text) ? text.length : openEnd(text, this.before);
    return this.emit(text, text.length - keep);
  }

  /** Returns the text that was held back. Later text belongs to the next message. */
  end(): string {
    const { pending } = this;
    this.pending = '';
    this.isStart = true;
    this.before = ' ';
    return pending;
  }

  private emit(text: string, length: number): string {
    this.pending = text.slice(length);
    if (length === 0) return '';
    this.isStart = false;
    this.before = text.charAt(length - 1);
    return length === text.length ? text : text.slice(0, length);
  }

  private callIn(text: string): number {
    for (let at = text.indexOf(NEEDLE); at !== -1; at = text.indexOf(NEEDLE, at + 1)) {
      const before = at === 0 ? this.before : text.charAt(at - 1);
      if (BOUNDARY.test(before) && NAME.test(text.charAt(at + NEEDLE.length))) return at;
    }
    return -1;
  }
}

/** Whether the text consists only of roles and markers, so that a call may follow. */
function isPreamble(text: string): boolean {
  if (text.length > MAX_PREAMBLE) return false;
  for (let length = Math.min(NEEDLE.length, text.length); length >= 0; length--) {
    if (!text.endsWith(NEEDLE.slice(0, length))) continue;
    if (PREAMBLE.test(text.slice(0, text.length - length))) return true;
  }
  return MARKS.some((mark) => endsInside(text, mark));
}

/** Whether the text consists of roles and markers and ends with a prefix of `mark`. */
function endsInside(text: string, mark: string): boolean {
  for (let length = Math.min(mark.length, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length)) && PREAMBLE.test(text.slice(0, text.length - length)))
      return true;
  }
  return false;
}

/** Returns how many characters at the end of the text may begin a call. `before` is the character before the text. */
function openEnd(text: string, before: string): number {
  for (let length = Math.min(NEEDLE.length, text.length); length > 0; length--) {
    if (!text.endsWith(NEEDLE.slice(0, length))) continue;
    const previous = length === text.length ? before : text.charAt(text.length - length - 1);
    if (BOUNDARY.test(previous)) return length;
  }
  return 0;
}
