/** Receiver of the separated text and reasoning. */
export interface ThinkSink {
  text(text: string): void;
  reasoning(text: string): void;
}

const NAMES = ['think', 'thinking', 'reasoning', 'thought', 'reasoning_scratchpad'];
const TAG = /^<(\/?)([a-z_]+)(?:\s[^<>]*)?>$/i;
/** Maximum length of a tag with its attributes, in characters. */
const MAX_TAG_LENGTH = 200;
/** Maximum length of reasoning whose tag is inside a line, in characters. Longer content is treated as text. */
const MAX_PAIR_LENGTH = 4000;

/**
 * Separates text from reasoning between tags (`<think>…</think>`, in any case, with or without attributes). Reasoning whose tag
 * is inside a line requires a closing tag. At the start of a line, no closing tag is required. Tags in code are text. Holds back
 * incomplete tags, so that the result does not depend on how the text is split into chunks.
 */
export class ThinkSplitter {
  private readonly sink: ThinkSink;
  private shown = '';
  private thought = '';
  /** Name of the open tag; `''` outside reasoning. */
  private openTag = '';
  /** Text that begins with `<` and may become a tag. */
  private pending = '';
  /** Opening tag inside a line, and the text received after this tag. */
  private pair: { readonly name: string; readonly opener: string; body: string } | undefined;
  private isLineStart = true;
  /** Whether text other than white space was written. Until then, white space after reasoning is dropped. */
  private hasText = false;
  private isAfterThought = false;
  /** Number of backticks in the current run. */
  private ticks = 0;
  /** Number of backticks that opened the current code; 0 outside code. */
  private code = 0;

  constructor(sink: ThinkSink) {
    this.sink = sink;
  }

  push(delta: string): void {
    for (const character of delta) this.consume(character);
    this.flush();
  }

  /** Ends the message. An incomplete tag, and a tag inside a line without a closing tag, become part of the content. */
  end(): void {
    // The text after an opening tag can contain another one.
    while (this.pair !== undefined) this.giveUpPair();
    const { pending } = this;
    this.pending = '';
    this.write(pending);
    this.flush();
  }

  private consume(character: string): void {
    const { pair } = this;
    if (pair !== undefined) {
      pair.body += character;
      const end = character === '>' ? closerAt(pair.body, pair.name) : -1;
      if (end !== -1) this.closePair(pair.body.slice(0, end));
      else if (pair.body.length > MAX_PAIR_LENGTH) this.giveUpPair();
    } else if (this.pending === '') {
      this.plain(character);
    } else {
      this.tag(character);
    }
  }

  /** Processes a character of a possible tag. */
  private tag(character: string): void {
    const text = this.pending + character;
    if (mayBeTag(text)) {
      this.pending = text;
      return;
    }
    const [, slash, name = ''] = TAG.exec(text) ?? [];
    this.pending = '';
    const tag = name.toLowerCase();
    if (!NAMES.includes(tag)) {
      this.write(text.slice(0, -1));
      this.plain(character);
    } else if (this.openTag !== '') {
      if (slash === '/' && tag === this.openTag) this.leaveThought();
      else this.thought += text;
    } else if (slash !== '/') {
      if (this.isLineStart) this.openTag = tag;
      else this.pair = { name: tag, opener: text, body: '' };
    }
    // A closing tag outside reasoning is dropped.
  }

  private leaveThought(): void {
    this.openTag = '';
    this.isAfterThought = true;
  }

  /** Emits the text between a pair of tags inside a line as reasoning, after the text before it. */
  private closePair(body: string): void {
    this.pair = undefined;
    this.flush();
    this.thought += body;
    this.flush();
  }

  /** Writes the opening tag as text, and processes the text after this tag again. */
  private giveUpPair(): void {
    const { pair } = this;
    if (pair === undefined) return;
    this.pair = undefined;
    this.write(pair.opener);
    for (const character of pair.body) this.consume(character);
  }

  /** Processes a character that is not part of a possible tag. */
  private plain(character: string): void {
    if (this.openTag === '') this.countTicks(character);
    if (character === '<' && this.code === 0) this.pending = character;
    else this.write(character);
  }

  private countTicks(character: string): void {
    if (character === '`') {
      this.ticks++;
      return;
    }
    const { ticks, code } = this;
    this.ticks = 0;
    // The same number of backticks closes code. A larger number also closes a fence.
    const isClosed = ticks === code || (isFence(code) && ticks > code);
    if (code === 0) this.code = ticks;
    else if (isClosed) this.code = 0;
    // Only a fence continues after the end of a line.
    if (character === '\n' && !isFence(this.code)) this.code = 0;
  }

  /** Writes text or, after an opening tag, reasoning. */
  private write(text: string): void {
    if (this.openTag !== '') {
      this.thought += text;
      return;
    }
    if (this.thought !== '') this.flush();
    for (const character of text) {
      const isSpace = /\s/.test(character);
      this.isLineStart = character === '\n' || (isSpace && this.isLineStart);
      if (isSpace && this.isAfterThought && !this.hasText) continue;
      if (!isSpace) this.hasText = true;
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

/** Whether this number of backticks opens a block of code, as in Markdown. */
const isFence = (ticks: number): boolean => ticks >= 3;

/** Whether the text is the beginning of a tag, such as `<thi`, `</think` or `<think type="a`. */
function mayBeTag(text: string): boolean {
  if (text.endsWith('>') || text.length > MAX_TAG_LENGTH || text.indexOf('<', 1) !== -1) return false;
  const name = text.replace(/^<\/?/, '').toLowerCase();
  const letters = /^[a-z_]*/.exec(name)?.[0] ?? '';
  const endsInName = letters.length === name.length;
  if (endsInName) return NAMES.some((known) => known.startsWith(letters));
  const hasAttributes = /\s/.test(name.charAt(letters.length));
  return hasAttributes && NAMES.includes(letters);
}

/** Returns the index of a closing tag at the end of the text; -1 if the text does not end with such a tag. */
function closerAt(text: string, name: string): number {
  const at = text.lastIndexOf('<');
  const [, slash, found = ''] = TAG.exec(text.slice(at)) ?? [];
  return at !== -1 && slash === '/' && found.toLowerCase() === name ? at : -1;
}
