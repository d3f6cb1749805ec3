const NEEDLE = 'to=functions.';

/** Roles and channel markers of the model's format with which a leaked call may begin. */
const MARKS = ['start', 'channel', 'message', 'assistant', 'commentary', 'analysis', 'final'];
/** Matches text that consists of the marks. It is not composed of `MARKS`, because the check of the time of patterns reads literals. */
const PREAMBLE = /^(?:[\s<|>]|start|channel|message|assistant|commentary|analysis|final)*$/;
/** Maximum length of text that is held back because it may be a preamble, in characters. */
const MAX_PREAMBLE = 80;
/** Character before a call. */
const BOUNDARY = /[\s>|]/;
/** First character of the name of a function. */
const NAME = /\w/;

/**
 * Removes a tool call that a model wrote as text (`assistant to=functions.run {…}`). Holds back text that may be the beginning of
 * such a call. A mention of the syntax in quotes (`the "to=functions.x" syntax`) is not removed.
 */
export class LeakedCallFilter {
  /** Whether a leaked call was found. All later text of the response is then dropped. */
  found = false;
  private isStart = true;
  /** Last character that was emitted. At the start of a message, a blank, because a call may begin there. */
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
      const before = text.slice(0, at);
      // The roles and markers at the start of a message belong to the call.
      return this.isStart && PREAMBLE.test(before) ? '' : before;
    }
    const heldBack = this.isStart && mayBePreamble(text) ? text.length : openEnd(text, this.before);
    return this.emit(text, text.length - heldBack);
  }

  /** Returns the text that was held back. Later text belongs to the next message. */
  end(): string {
    const { pending } = this;
    this.pending = '';
    this.isStart = true;
    this.before = ' ';
    return pending;
  }

  /** Returns the first `length` characters of the text, and holds back the others. */
  private emit(text: string, length: number): string {
    this.pending = text.slice(length);
    if (length === 0) return '';
    this.isStart = false;
    this.before = text.charAt(length - 1);
    return length === text.length ? text : text.slice(0, length);
  }

  /** Returns the position of a call; -1 if the text contains none. */
  private callIn(text: string): number {
    for (let at = text.indexOf(NEEDLE); at !== -1; at = text.indexOf(NEEDLE, at + 1)) {
      const before = at === 0 ? this.before : text.charAt(at - 1);
      if (BOUNDARY.test(before) && NAME.test(text.charAt(at + NEEDLE.length))) return at;
    }
    return -1;
  }
}

/** Whether the text may be the beginning of roles and markers with a call after them. */
function mayBePreamble(text: string): boolean {
  if (text.length > MAX_PREAMBLE) return false;
  return PREAMBLE.test(text) || [NEEDLE, ...MARKS].some((word) => endsInside(text, word));
}

/** Whether the text consists of roles and markers and ends with a prefix of `word`. */
function endsInside(text: string, word: string): boolean {
  for (let length = Math.min(word.length, text.length); length > 0; length--) {
    if (text.endsWith(word.slice(0, length)) && PREAMBLE.test(text.slice(0, text.length - length)))
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
