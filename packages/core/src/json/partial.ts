import { answerStart } from './decode.ts';

/** A look is worth its price when this much has come since the last: all looks together cost five readings. */
const GROWTH = 1.25;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/**
 * JSON that is still being written. Text is only appended; a look reads on from where the last one stopped, finds the
 * longest beginning that can be closed, and lets the engine's own parser read that. Strings are shown as far as they
 * came; numbers, literals and members without a value are held back until they are whole.
 */
export class PartialJson {
  private text = '';
  private lookAt = 1;
  private start = -1;
  /** Scanned up to here. */
  private at = 0;
  /** The text up to here needs nothing but the closers. */
  private safe = 0;
  private readonly closers: string[] = [];
  private place: 'value' | 'key' | 'colon' | 'after' = 'value';
  private inside: 'nothing' | 'string' | 'literal' = 'nothing';
  /** Where an escape in the open string began, until it is whole. */
  private escape = -1;
  private over = false;

  /** Appends; true when a look is due. */
  push(delta: string): boolean {
    this.text += delta;
    return this.text.length >= this.lookAt && !this.over;
  }

  /** All that can be known so far, as a value of its own; `undefined` before anything, and when it is no JSON. */
  value(): unknown {
    this.lookAt = Math.ceil(this.text.length * GROWTH);
    if (this.start === -1) this.begin();
    if (this.start === -1) return undefined;
    this.scan();
    try {
      return JSON.parse(this.closed());
    } catch {
      this.over = true;
      return undefined;
    }
  }

  private begin(): void {
    this.start = answerStart(this.text);
    this.at = this.start;
    this.safe = this.start;
  }

  private closed(): string {
    const tail = this.closers.toReversed().join('');
    const { inside, place, text, start } = this;
    if (inside !== 'string' || place === 'key') return text.slice(start, this.safe) + tail;
    const end = this.escape === -1 ? this.at : this.escape;
    // Half of a surrogate pair is not a character yet.
    const half = isHighSurrogate(text.charCodeAt(end - 1)) ? 1 : 0;
    return `${text.slice(start, end - half)}"${tail}`;
  }

  private scan(): void {
    const { text } = this;
    while (this.at < text.length && !this.over) {
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

  /** Passes a whole escape; false, with all text read, while it is cut. */
  private endEscape(): boolean {
    const { text, escape } = this;
    const length = text.charAt(escape + 1) === 'u' ? 6 : 2;
    const whole = escape + length <= text.length;
    this.at = whole ? escape + length : text.length;
    if (whole) this.escape = -1;
    return whole;
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
        this.over = this.closers.pop() !== character || this.closers.length === 0;
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
