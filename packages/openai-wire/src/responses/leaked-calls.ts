const NEEDLE = 'to=functions.';

/** What a leaked call may begin with: role words and the model's own marks. */
const WORDS = ['start', 'channel', 'message', 'assistant', 'commentary', 'analysis', 'final'];
const PREAMBLE = /^(?:[\s<|>]|start|channel|message|assistant|commentary|analysis|final)*$/;
const LONGEST_PREAMBLE = 80;
const BOUNDARY = /[\s>|]/;
const NAME = /\w/;

/**
 * Holds back a call that a model wrote into its text (`assistant to=functions.run {…}`) instead of making it. Text
 * passes through but for what may be the beginning of such a call; what a fragment of the stream leaves open is
 * decided by the next one. A mention in prose or in quotes (`the "to=functions.x" syntax`) is not a call.
 */
export class LeakFilter {
  /** A call was found; from there on the message is dropped. */
  found = false;
  private isStart = true;
  /** The last character that was shown. */
  private before = ' ';
  private held = '';

  /** What can be shown so far. */
  push(delta: string): string {
    if (this.found || delta === '') return '';
    const text = this.held + delta;
    const at = this.callIn(text);
    if (at !== -1) {
      this.found = true;
      this.held = '';
      return this.isStart && PREAMBLE.test(text.slice(0, at)) ? '' : text.slice(0, at);
    }
    const keep = this.isStart && isPreamble(text) ? text.length : openEnd(text, this.before);
    return this.show(text, text.length - keep);
  }

  /** The message is over: what is held is text. The next one starts again. */
  end(): string {
    const { held } = this;
    this.held = '';
    this.isStart = true;
    this.before = ' ';
    return held;
  }

  private show(text: string, length: number): string {
    this.held = text.slice(length);
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

/** May the message still turn out to begin with a call? */
function isPreamble(text: string): boolean {
  if (text.length > LONGEST_PREAMBLE) return false;
  for (let length = Math.min(NEEDLE.length, text.length); length >= 0; length--) {
    if (!text.endsWith(NEEDLE.slice(0, length))) continue;
    if (PREAMBLE.test(text.slice(0, text.length - length))) return true;
  }
  return WORDS.some((word) => endsInside(text, word));
}

/** Does the text end with a part of the word, after nothing but a preamble? */
function endsInside(text: string, word: string): boolean {
  for (let length = Math.min(word.length, text.length); length > 0; length--) {
    if (text.endsWith(word.slice(0, length)) && PREAMBLE.test(text.slice(0, text.length - length)))
      return true;
  }
  return false;
}

/** Length of the end of the text that may be the beginning of a call; `first` came before the text. */
function openEnd(text: string, first: string): number {
  // Most fragments end in none of the needle's letters.
  if (!NEEDLE.includes(text.charAt(text.length - 1))) return 0;
  for (let length = Math.min(NEEDLE.length, text.length); length > 0; length--) {
    if (!text.endsWith(NEEDLE.slice(0, length))) continue;
    const before = length === text.length ? first : text.charAt(text.length - length - 1);
    if (BOUNDARY.test(before)) return length;
  }
  return 0;
}
