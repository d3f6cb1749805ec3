import type { ToolCallPart } from '@majordomo/core';

type Place =
  /** Nothing but space has come. */
  | 'before'
  | 'object'
  | 'string'
  /** After a backslash in a string. */
  | 'escape'
  /** The object is complete. */
  | 'after'
  /** The text after it does not belong to the object. */
  | 'strange';

const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Streamed arguments of one call, repaired like core repairs complete arguments. Clients join the pieces and parse them, so that
 * an emitted piece cannot change.
 */
export class ArgumentsText {
  private place: Place = 'before';
  /** Closers of what is open, the outermost first. */
  private readonly closers: string[] = [];
  /** Text that is not emitted yet: a comma that a closer may follow, text after the object, and invalid text. */
  private held = '';
  private hasEmitted = false;

  /** Adds a piece. Returns the text that can be emitted now. */
  push(json: string): string {
    let told = '';
    for (let at = 0; at < json.length; at++) {
      if (this.place === 'strange') {
        this.held += json.slice(at);
        break;
      }
      told += this.next(json.charAt(at));
    }
    this.hasEmitted ||= told !== '';
    return told;
  }

  /**
   * Returns the rest of the arguments at the end of a call. `complete`: all arguments, if nothing was emitted. `asWritten`: whether
   * arguments that are not an object are emitted as the model wrote them.
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
      case 'strange':
        return '';
    }
  }

  /** Some models write the object as a string, some another value: that is known at the end. */
  private first(character: string): string {
    if (isSpace(character)) return '';
    if (character !== '{') return this.strange(character);
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
    if (this.closers.at(-1) !== closer) return this.strange(closer);
    this.held = '';
    this.closers.pop();
    if (this.closers.length === 0) this.place = 'after';
    return closer;
  }

  /** Closers too many are dropped; more than these shows at the end. */
  private surplus(character: string): string {
    this.held += character;
    if (!isSpace(character) && character !== '}' && character !== ']') this.place = 'strange';
    return '';
  }

  private strange(character: string): string {
    this.place = 'strange';
    this.held += character;
    return '';
  }
}

/** Whether JSON allows this character as space. Other space is invalid and is emitted. */
const isSpace = (character: string): boolean => /[ \t\n\r]/.test(character);

/** Some models write line ends into strings as they are. */
function escaped(character: string): string {
  if (character >= ' ') return character;
  return NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
