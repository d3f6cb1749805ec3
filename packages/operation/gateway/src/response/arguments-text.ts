import type { ToolCallPart } from '@majordomo/core';

type Place =
  /** Position before the object. Only whitespace has arrived. */
  | 'before'
  | 'object'
  | 'string'
  /** Position in a string, directly after a backslash. */
  | 'escape'
  /** Position after the complete object. */
  | 'after'
  /** Arguments that are not an object, or that continue after the object. */
  | 'invalid';

const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Streamed arguments of a tool call, repaired by the rules that core applies to complete arguments. Clients join and parse the
 * emitted pieces, so a piece is emitted only when it can no longer change.
 */
export class ArgumentsText {
  private place: Place = 'before';
  /** Closing characters of the open arrays and objects, the outermost first. Core does not repair an open string. */
  private readonly closers: string[] = [];
  /** Text that is not yet emitted: a comma that may precede a closing character, text after the object, or invalid text. */
  private held = '';
  private hasEmitted = false;

  /** Adds a piece of JSON. Returns the text that can be emitted now. */
  push(json: string): string {
    let emitted = '';
    for (let at = 0; at < json.length; at++) {
      if (this.place === 'invalid') {
        this.held += json.slice(at);
        break;
      }
      emitted += this.next(json.charAt(at));
    }
    this.hasEmitted ||= emitted !== '';
    return emitted;
  }

  /**
   * Returns the text that ends the arguments. `complete`: all arguments, returned if nothing was emitted before. `asWritten`:
   * whether to emit the original text of arguments that are not an object.
   */
  end({ invalid }: ToolCallPart, { complete, asWritten }: { complete: string; asWritten: boolean }): string {
    if (!this.hasEmitted) return complete;
    if (invalid === undefined) return this.closers.toReversed().join('');
    return asWritten ? this.held : '';
  }

  private next(character: string): string {
    switch (this.place) {
      case 'before':
        return this.first(character);
      case 'string':
        return this.inString(character);
      case 'escape':
        this.place = 'string';
        return escaped(character);
      case 'object':
        return this.inObject(character);
      case 'after':
        return this.surplus(character);
      case 'invalid':
        return '';
    }
  }

  /** Starts the object. Arguments that do not start with `{` are emitted at the end. */
  private first(character: string): string {
    if (isSpace(character)) return '';
    if (character !== '{') return this.startInvalid(character);
    this.place = 'object';
    return this.inObject(character);
  }

  private inString(character: string): string {
    if (character === '"') this.place = 'object';
    if (character === '\\') this.place = 'escape';
    return escaped(character);
  }

  private inObject(character: string): string {
    if (isSpace(character)) return this.afterComma(character);
    if (character === '}' || character === ']') return this.closed(character);
    const before = this.held;
    this.held = '';
    const closer = CLOSER[character];
    if (closer !== undefined) this.closers.push(closer);
    if (character === '"') this.place = 'string';
    if (character !== ',') return before + character;
    this.held = ',';
    return before;
  }

  private afterComma(space: string): string {
    if (this.held === '') return space;
    this.held += space;
    return '';
  }

  private closed(closer: string): string {
    if (this.closers.at(-1) !== closer) return this.startInvalid(closer);
    this.held = '';
    this.closers.pop();
    if (this.closers.length === 0) this.place = 'after';
    return closer;
  }

  /** Handles a character after the object. Any character except whitespace, `}` and `]` makes the arguments invalid. */
  private surplus(character: string): string {
    this.held += character;
    if (!isSpace(character) && character !== '}' && character !== ']') this.place = 'invalid';
    return '';
  }

  private startInvalid(character: string): string {
    this.place = 'invalid';
    this.held += character;
    return '';
  }
}

/** Whether JSON allows this character as whitespace. Other whitespace makes the arguments invalid. */
const isSpace = (character: string): boolean => /[ \t\n\r]/.test(character);

/** Escapes control characters in a string, because some models write line breaks unescaped. */
function escaped(character: string): string {
  if (character >= ' ') return character;
  return SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
