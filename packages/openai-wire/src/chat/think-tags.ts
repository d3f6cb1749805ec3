/** Where the two kinds of text go. */
export interface ThinkSink {
  text(text: string): void;
  reasoning(text: string): void;
}

const NAMES = ['think', 'thinking', 'reasoning', 'thought', 'reasoning_scratchpad'];
const TAG = /^<(\/?)([a-z_]+)(?:\s[^<>]*)?>$/i;
/** A name and what it may carry; what is longer is not a tag. */
const LONGEST_TAG = 200;
/** In the midst of a line an opener counts only when it is closed within so many characters. */
const LONGEST_PAIR = 4000;

/**
 * Takes reasoning out of text that carries it between tags (`<think>…</think>`, in any case, with attributes). An opener
 * at the start of a line counts even when it is never closed; elsewhere only a pair does. What stands in code is text.
 * What it gives does not depend on how the text was cut: a tag that is not whole yet is held back.
 */
export class ThinkSplitter {
  private readonly sink: ThinkSink;
  private shown = '';
  private thought = '';
  /** The tag whose reasoning is read. */
  private inside = '';
  /** `<` and what follows it, while it may become a tag. */
  private held = '';
  /** An opener in the midst of a line and all that followed. */
  private pair: { readonly name: string; readonly opener: string; body: string } | undefined;
  private isLineStart = true;
  /** Was any visible text written? White space between reasoning and the first word is not. */
  private isVisible = false;
  private isAfterThought = false;
  /** Length of the run of backticks that is read, and of the one that opened code. */
  private ticks = 0;
  private code = 0;

  constructor(sink: ThinkSink) {
    this.sink = sink;
  }

  push(delta: string): void {
    for (const character of delta) this.read(character);
    this.flush();
  }

  /** The message is over: what is held is text, and what was never closed stays reasoning. */
  end(): void {
    while (this.pair !== undefined) this.giveUpPair();
    const { held } = this;
    this.held = '';
    this.write(held);
    this.flush();
  }

  private read(character: string): void {
    const { pair } = this;
    if (pair !== undefined) {
      pair.body += character;
      const end = character === '>' ? closerAt(pair.body, pair.name) : -1;
      if (end !== -1) this.closePair(pair.body.slice(0, end));
      else if (pair.body.length > LONGEST_PAIR) this.giveUpPair();
    } else if (this.held === '') {
      this.plain(character);
    } else {
      this.tag(character);
    }
  }

  private tag(character: string): void {
    const text = this.held + character;
    if (mayBeTag(text)) {
      this.held = text;
      return;
    }
    const [, slash, name = ''] = TAG.exec(text) ?? [];
    this.held = '';
    const tag = name.toLowerCase();
    if (!NAMES.includes(tag)) this.write(text.slice(0, -1));
    if (!NAMES.includes(tag)) this.plain(character);
    else if (this.inside !== '') this.leave(slash === '/' && tag === this.inside, text);
    else if (slash !== '/' && this.isLineStart) this.inside = tag;
    else if (slash !== '/') this.pair = { name: tag, opener: text, body: '' };
  }

  private leave(isCloser: boolean, text: string): void {
    if (!isCloser) {
      this.thought += text;
      return;
    }
    this.inside = '';
    this.isAfterThought = true;
  }

  private closePair(body: string): void {
    this.pair = undefined;
    this.flush();
    this.thought += body;
    this.flush();
  }

  /** No pair: its opener is text, and what follows is read again. */
  private giveUpPair(): void {
    const { pair } = this;
    if (pair === undefined) return;
    this.pair = undefined;
    this.write(pair.opener);
    for (const character of pair.body) this.read(character);
  }

  private plain(character: string): void {
    if (this.inside === '') this.countTicks(character);
    if (character === '<' && this.code === 0) this.held = character;
    else this.write(character);
  }

  private countTicks(character: string): void {
    if (character === '`') {
      this.ticks++;
      return;
    }
    const { ticks, code } = this;
    this.ticks = 0;
    if (ticks > 0 && code === 0) this.code = ticks;
    else if (ticks > 0 && (ticks === code || (code > 2 && ticks > code))) this.code = 0;
    // A backtick that nobody closes is a mark in prose; only a fence goes over lines.
    if (character === '\n' && this.code < 3) this.code = 0;
  }

  private write(text: string): void {
    if (this.inside !== '') {
      this.thought += text;
      return;
    }
    if (this.thought !== '') this.flush();
    for (const character of text) {
      const isSpace = /\s/.test(character);
      this.isLineStart = character === '\n' || (isSpace && this.isLineStart);
      if (isSpace && this.isAfterThought && !this.isVisible) continue;
      if (!isSpace) this.isVisible = true;
      this.shown += character;
    }
  }

  private flush(): void {
    const { shown, thought } = this;
    this.shown = '';
    this.thought = '';
    if (shown !== '') this.sink.text(shown);
    if (thought !== '') this.sink.reasoning(thought);
  }
}

function mayBeTag(text: string): boolean {
  if (text.endsWith('>') || text.length > LONGEST_TAG || text.indexOf('<', 1) !== -1) return false;
  const name = text.replace(/^<\/?/, '').toLowerCase();
  const word = /^[a-z_]*/.exec(name)?.[0] ?? '';
  return word.length === name.length
    ? NAMES.some((known) => known.startsWith(word))
    : NAMES.includes(word) && /\s/.test(name.charAt(word.length));
}

/** Where the closing tag begins that the text ends with; -1 for none. */
function closerAt(text: string, name: string): number {
  const at = text.lastIndexOf('<');
  const [, slash, found = ''] = TAG.exec(text.slice(at)) ?? [];
  return at !== -1 && slash === '/' && found.toLowerCase() === name ? at : -1;
}
