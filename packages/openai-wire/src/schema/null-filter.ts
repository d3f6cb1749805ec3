import type { JsonObject } from '@majordomo/core';
import { acceptsNull, isSchema, leavesOf, optionalIn } from './absence.ts';

/** An object or a list that is open, and what is known of its schema. */
interface Frame {
  readonly isObject: boolean;
  readonly schema: JsonObject | undefined;
  /** The member's name, raw and then read. */
  name: string;
  /** Has a member been let through? */
  shown: boolean;
}

type State = 'value' | 'member' | 'name' | 'colon' | 'text' | 'word' | 'null' | 'over';

const BLANK = /[ \t\n\r]/;
const WORD_END = /[ \t\n\r,\]}]/;

/**
 * Takes out of a JSON text, as it streams, every member that is null where the schema has an optional property that may
 * be absent but not null: the strict subset knows no other way to leave it out. Everything else passes as it is, also
 * what is no JSON.
 */
export class NullFilter {
  private readonly root: JsonObject;
  private readonly frames: Frame[] = [];
  private state: State = 'value';
  private isEscaped = false;
  /** The member's comma, name and colon, until its value has begun. */
  private held = '';
  private out = '';

  constructor(schema: JsonObject) {
    this.root = schema;
  }

  /** What can be shown so far. */
  push(text: string): string {
    this.out = '';
    for (let at = 0; at < text.length; at++) {
      if (this.state === 'over') return this.out + text.slice(at);
      if (this.state === 'text' && !this.isEscaped) {
        const end = plainEnd(text, at);
        this.out += text.slice(at, end);
        at = end;
        if (at === text.length) break;
      }
      this.take(text.charAt(at));
    }
    return this.out;
  }

  /** The text is over, whole or not. */
  end(): string {
    const { held } = this;
    this.held = '';
    this.state = 'over';
    return held;
  }

  private take(char: string): void {
    switch (this.state) {
      case 'value':
        this.value(char);
        return;
      case 'member':
        this.member(char);
        return;
      case 'name':
        this.nameChar(char);
        return;
      case 'colon':
        this.held += char;
        if (char === ':') this.state = 'value';
        return;
      case 'text':
        this.out += char;
        if (this.closes(char)) this.valueEnds();
        return;
      case 'word':
        this.word(char);
        return;
      case 'null':
        this.nullChar(char);
        return;
      case 'over':
        this.out += char;
        return;
      default:
        this.state satisfies never;
    }
  }

  private value(char: string): void {
    const frame = this.frames.at(-1);
    if (BLANK.test(char)) {
      if (frame?.isObject === true) this.held += char;
      else this.out += char;
    } else if (frame?.isObject === true && char === 'n' && this.isAbsence(frame)) {
      this.held += char;
      this.state = 'null';
    } else {
      if (frame?.isObject === true) this.show(frame);
      this.begin(char, frame);
    }
  }

  private begin(char: string, frame: Frame | undefined): void {
    const isJson = frame === undefined ? char === '{' || char === '[' : frame.isObject || char !== '}';
    if (!isJson) {
      this.out += char;
      this.state = 'over';
    } else if (char === '{' || char === '[') {
      this.out += char;
      this.open(char === '{', frame);
    } else if (char === '"') {
      this.out += char;
      this.state = 'text';
    } else if (char === ']') {
      this.close(char);
    } else if (char === ',') {
      this.out += char;
    } else {
      this.state = 'word';
      this.word(char);
    }
  }

  private open(isObject: boolean, frame: Frame | undefined): void {
    const above = frame === undefined ? this.root : valueSchema(frame);
    const type = isObject ? 'object' : 'array';
    const leaves = isSchema(above) ? leavesOf(above, this.root).filter((leaf) => mayBe(leaf, type)) : [];
    // Of several alternatives none has an optional property: such a schema is not rewritten.
    this.frames.push({
      isObject,
      schema: leaves.length === 1 ? leaves[0] : undefined,
      name: '',
      shown: false,
    });
    this.state = isObject ? 'member' : 'value';
  }

  private member(char: string): void {
    if (char === '}') {
      this.out += this.held;
      this.held = '';
      this.close(char);
      return;
    }
    this.held += char;
    if (char !== '"') return;
    const frame = this.frames.at(-1);
    if (frame !== undefined) frame.name = '';
    this.state = 'name';
  }

  private nameChar(char: string): void {
    this.held += char;
    if (this.closes(char)) this.state = 'colon';
    else {
      const frame = this.frames.at(-1);
      if (frame !== undefined) frame.name += char;
    }
  }

  private word(char: string): void {
    if (!WORD_END.test(char)) {
      this.out += char;
      return;
    }
    this.valueEnds();
    this.take(char);
  }

  /** The whole member goes, once it is certain. */
  private nullChar(char: string): void {
    this.held += char;
    if (this.held.endsWith('null')) {
      this.held = '';
      this.state = 'member';
    } else if (!/n(?:u|ul)$/.test(this.held)) {
      this.out += this.held;
      this.held = '';
      this.state = 'over';
    }
  }

  /** The held beginning of a member; without its comma where all members before it went. */
  private show(frame: Frame): void {
    this.out += frame.shown ? this.held : this.held.replace(/^(\s*),\s*/, '$1');
    frame.shown = true;
    this.held = '';
  }

  private close(char: string): void {
    this.out += char;
    this.frames.pop();
    this.valueEnds();
  }

  private valueEnds(): void {
    const frame = this.frames.at(-1);
    this.state = frame === undefined ? 'over' : frame.isObject ? 'member' : 'value';
  }

  /** Does this character end the string that it stands in? */
  private closes(char: string): boolean {
    if (this.isEscaped) this.isEscaped = false;
    else if (char === '\\') this.isEscaped = true;
    else return char === '"';
    return false;
  }

  private isAbsence(frame: Frame): boolean {
    const { schema, name } = frame;
    const properties = schema?.['properties'];
    const key = read(name);
    return (
      schema !== undefined &&
      isSchema(properties) &&
      Object.hasOwn(properties, key) &&
      optionalIn(schema)(key) &&
      !acceptsNull(properties[key], this.root)
    );
  }
}

/** All of a JSON text at once. */
export function withoutNulls(json: string, schema: JsonObject): string {
  const filter = new NullFilter(schema);
  return filter.push(json) + filter.end();
}

/** Where a run of plain characters of a string ends. */
function plainEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE && text.charCodeAt(at) !== BACKSLASH) at++;
  return at;
}

const QUOTE = 34;
const BACKSLASH = 92;

function valueSchema({ isObject, schema, name }: Frame): JsonObject[string] {
  if (!isObject) return schema?.['items'];
  const properties = schema?.['properties'];
  const key = read(name);
  return isSchema(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function read(name: string): string {
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    return name;
  }
}

const mayBe = ({ type, properties, items }: JsonObject, name: 'object' | 'array'): boolean =>
  type === name ||
  (Array.isArray(type) && type.includes(name)) ||
  (type === undefined && (name === 'object' ? properties : items) !== undefined);
