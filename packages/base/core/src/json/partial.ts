import { answerStart } from './decode.ts';

/** Minimum growth factor of the text between two snapshots. All snapshots together parse at most five times the text's length. */
const GROWTH = 1.25;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/**
 * Parser of incomplete JSON. A snapshot scans only new text, and parses the longest beginning to which closing brackets can be
 * added. Strings may be incomplete. Numbers, literals and members without a value are omitted until they are complete.
 */
export class PartialJson {
  private text = '';
  /** Length of the text from which the next snapshot is taken. */
  private snapshotAt = 1;
  /** Position of the value in the text; -1 while it is unknown. */
  private start = -1;
  /** Position after the scanned text. */
  private at = 0;
  /** Position after the longest beginning that becomes valid JSON if closing brackets are added. */
  private safe = 0;
  /** Closing brackets of the open objects and arrays, the outermost first. */
  private readonly closers: string[] = [];
  /** Token that is expected at `at` or that contains `at`. `after`: a comma or a closing bracket. */
  private place: 'value' | 'key' | 'colon' | 'after' = 'value';
  /** Token that contains `at`. `literal`: a number, `true`, `false` or `null`. */
  private inside: 'nothing' | 'string' | 'literal' = 'nothing';
  /** Position of an incomplete escape sequence in the open string; -1 if no sequence is incomplete. */
  private escape = -1;
  /** Whether the value is complete or invalid, so that no further snapshot is taken. */
  private isOver = false;

  /** Appends text. Returns whether the text has grown enough for the next snapshot. */
  append(delta: string): boolean {
    this.text += delta;
    return this.text.length >= this.snapshotAt && !this.isOver;
  }

  /** Returns the value so far, or `undefined` if no value has begun or the JSON is invalid. */
  snapshot(): unknown {
    this.snapshotAt = Math.ceil(this.text.length * GROWTH);
    if (this.start === -1) this.begin();
    if (this.start === -1) return undefined;
    this.scan();
    try {
      return JSON.parse(this.closedText());
    } catch {
      this.isOver = true;
      return undefined;
    }
  }

  private begin(): void {
    this.start = answerStart(this.text);
    this.at = this.start;
    this.safe = this.start;
  }

  private closedText(): string {
    const tail = this.closers.toReversed().join('');
    const { inside, place, text, start } = this;
    if (inside !== 'string' || place === 'key') return text.slice(start, this.safe) + tail;
    const end = this.escape === -1 ? this.at : this.escape;
    // Omit the first half of a surrogate pair, because its second half may follow.
    const half = isHighSurrogate(text.charCodeAt(end - 1)) ? 1 : 0;
    return `${text.slice(start, end - half)}"${tail}`;
  }

  private scan(): void {
    const { text } = this;
    while (this.at < text.length && !this.isOver) {
      if (this.inside === 'string') this.scanString();
      else if (this.inside === 'literal') this.scanLiteral();
      else this.token(text.charAt(this.at++));
    }
  }

  private scanString(): void {
    const { text } = this;
    if (this.escape !== -1 && !this.endEscape()) return;
    for (let at = this.at; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        this.inside = 'nothing';
        if (this.place === 'key') this.place = 'colon';
        else this.valueEnded();
        return;
      }
      if (code === BACKSLASH) {
        this.escape = at;
        this.at = at;
        if (!this.endEscape()) return;
        at = this.at - 1;
      }
    }
    this.at = text.length;
  }

  /** Scans an escape sequence. Returns false if the sequence is incomplete. */
  private endEscape(): boolean {
    const { text, escape } = this;
    const length = text.charAt(escape + 1) === 'u' ? 6 : 2;
    const isComplete = escape + length <= text.length;
    this.at = isComplete ? escape + length : text.length;
    if (isComplete) this.escape = -1;
    return isComplete;
  }

  private scanLiteral(): void {
    const { text } = this;
    while (this.at < text.length) {
      if (',]} \t\r\n'.includes(text.charAt(this.at))) {
        this.inside = 'nothing';
        this.valueEnded();
        return;
      }
      this.at++;
    }
  }

  private token(character: string): void {
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return;
      case '{':
      case '[':
        this.closers.push(CLOSER[character] ?? '');
        this.place = character === '{' ? 'key' : 'value';
        this.safe = this.at;
        return;
      case '}':
      case ']':
        this.isOver = this.closers.pop() !== character || this.closers.length === 0;
        this.valueEnded();
        return;
      case '"':
        this.inside = 'string';
        return;
      case ':':
        this.place = 'value';
        return;
      case ',':
        this.place = this.closers.at(-1) === '}' ? 'key' : 'value';
        return;
      default:
        this.inside = 'literal';
    }
  }

  private valueEnded(): void {
    this.place = 'after';
    this.safe = this.at;
  }
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
