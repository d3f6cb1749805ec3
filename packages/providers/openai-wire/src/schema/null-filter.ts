import type { JsonObject } from '@majordomo/core';
import { acceptsNull, isSchema, leavesOf, optionalIn } from './absence.ts';

/** Object or array that has begun and not ended, with its schema. */
interface Frame {
  readonly isObject: boolean;
  readonly schema: JsonObject | undefined;
  /** Name of the current property, as JSON text without quotes, which may contain escapes. */
  name: string;
  /** Whether a property has been emitted. */
  hasMembers: boolean;
}

/**
 * Position in the JSON text.
 *
 * - `member`: in an object, before a name, a comma or the end of the object.
 * - `name`: inside a name. `colon`: after a name, until its colon.
 * - `value`: before a value. In an array also before a comma or the end of the array.
 * - `string`: inside a string value. `literal`: inside a number, `true`, `false` or a null that remains.
 * - `null`: inside a null that may mean an absent property.
 * - `done`: after the complete value, or in invalid JSON. The rest of the text passes unchanged.
 */
type State = 'member' | 'name' | 'colon' | 'value' | 'string' | 'literal' | 'null' | 'done';

const BLANK = /[ \t\n\r]/;
const LITERAL_END = /[ \t\n\r,\]}]/;

/**
 * Removes optional properties with the value null from streamed JSON text if the schema allows no null. In OpenAI's strict
 * subset, a model can express absence only by null. All other text, including invalid JSON, passes unchanged.
 *
 *     text:  {"a":1,"b":null,"c":"x"}
 *     after `"a":1`, `,"b":null` is held back: another letter would emit it, and the comma drops it
 *     out:   {"a":1,"c":"x"}
 */
export class NullFilter {
  private readonly root: JsonObject;
  private readonly frames: Frame[] = [];
  private state: State = 'value';
  private isEscaped = false;
  /** Comma, name and colon of the current property, held back until its value begins. */
  private pending = '';
  private out = '';

  constructor(schema: JsonObject) {
    this.root = schema;
  }

  /** Returns the text that can be emitted so far. */
  push(text: string): string {
    this.out = '';
    for (let at = 0; at < text.length; at++) {
      if (this.state === 'done') return this.out + text.slice(at);
      if (this.state === 'string' && !this.isEscaped) {
        const end = plainEnd(text, at);
        this.out += text.slice(at, end);
        at = end;
        if (at === text.length) break;
      }
      this.consume(text.charAt(at));
    }
    return this.out;
  }

  /** Returns the text that was held back. Call this method at the end of the text, even if the text is truncated. */
  end(): string {
    const { pending } = this;
    this.pending = '';
    this.state = 'done';
    return pending;
  }

  private consume(char: string): void {
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
        this.pending += char;
        if (char === ':') this.state = 'value';
        return;
      case 'string':
        this.out += char;
        if (this.endsString(char)) this.valueEnds();
        return;
      case 'literal':
        this.literal(char);
        return;
      case 'null':
        this.nullChar(char);
        return;
      case 'done':
        this.out += char;
        return;
      default:
        this.state satisfies never;
    }
  }

  private value(char: string): void {
    const frame = this.frames.at(-1);
    if (BLANK.test(char)) {
      if (frame?.isObject === true) this.pending += char;
      else this.out += char;
    } else if (frame?.isObject === true && char === 'n' && this.isAbsentProperty(frame)) {
      this.pending += char;
      this.state = 'null';
    } else {
      if (frame?.isObject === true) this.emitMember(frame);
      this.beginValue(char, frame);
    }
  }

  private beginValue(char: string, frame: Frame | undefined): void {
    const isBracket = char === '{' || char === '[';
    const isInvalid = frame?.isObject === false && char === '}';
    const isScalarRoot = frame === undefined && !isBracket;
    // No further property follows, so the rest of the text passes unchanged.
    if (isInvalid || isScalarRoot) {
      this.out += char;
      this.state = 'done';
    } else if (isBracket) {
      this.out += char;
      this.open(char === '{', frame);
    } else if (char === '"') {
      this.out += char;
      this.state = 'string';
    } else if (char === ']') {
      this.close(char);
    } else if (char === ',') {
      this.out += char;
    } else {
      this.state = 'literal';
      this.literal(char);
    }
  }

  private open(isObject: boolean, frame: Frame | undefined): void {
    const defined = frame === undefined ? this.root : valueSchema(frame);
    const type = isObject ? 'object' : 'array';
    const leaves = isSchema(defined) ? leavesOf(defined, this.root).filter((leaf) => mayBe(leaf, type)) : [];
    // With several alternatives, every null remains: `toStrict` rewrites no schema with optional properties inside alternatives.
    const schema = leaves.length === 1 ? leaves[0] : undefined;
    this.frames.push({ isObject, schema, name: '', hasMembers: false });
    this.state = isObject ? 'member' : 'value';
  }

  private member(char: string): void {
    if (char === '}') {
      // Blanks before the brace, or a comma in invalid JSON.
      this.out += this.pending;
      this.pending = '';
      this.close(char);
      return;
    }
    this.pending += char;
    if (char !== '"') return;
    const frame = this.frames.at(-1);
    if (frame !== undefined) frame.name = '';
    this.state = 'name';
  }

  private nameChar(char: string): void {
    this.pending += char;
    if (this.endsString(char)) this.state = 'colon';
    else {
      const frame = this.frames.at(-1);
      if (frame !== undefined) frame.name += char;
    }
  }

  private literal(char: string): void {
    if (!LITERAL_END.test(char)) {
      this.out += char;
      return;
    }
    this.valueEnds();
    this.consume(char);
  }

  /** Drops the property when a delimiter follows `null`. Other text than `null` is invalid JSON. */
  private nullChar(char: string): void {
    const isComplete = this.pending.endsWith('null');
    if (isComplete && LITERAL_END.test(char)) {
      this.pending = '';
      this.state = 'member';
      this.consume(char);
      return;
    }
    this.pending += char;
    if (!isComplete && /n(?:u|ul|ull)$/.test(this.pending)) return;
    this.out += this.pending;
    this.pending = '';
    this.state = 'done';
  }

  /** Emits the beginning of a property. Omits the comma before the first property that is emitted. */
  private emitMember(frame: Frame): void {
    this.out += frame.hasMembers ? this.pending : this.pending.replace(/^(\s*),\s*/, '$1');
    frame.hasMembers = true;
    this.pending = '';
  }

  private close(char: string): void {
    this.out += char;
    this.frames.pop();
    this.valueEnds();
  }

  /** Continues in the object or array that contains the value. */
  private valueEnds(): void {
    const frame = this.frames.at(-1);
    if (frame === undefined) this.state = 'done';
    else this.state = frame.isObject ? 'member' : 'value';
  }

  /** Whether this character ends the current string. */
  private endsString(char: string): boolean {
    if (this.isEscaped) this.isEscaped = false;
    else if (char === '\\') this.isEscaped = true;
    else return char === '"';
    return false;
  }

  /** Whether null as the value of the current property means that the property is absent. */
  private isAbsentProperty(frame: Frame): boolean {
    const { schema, name } = frame;
    const properties = schema?.['properties'];
    const key = parseName(name);
    return (
      schema !== undefined &&
      isSchema(properties) &&
      Object.hasOwn(properties, key) &&
      optionalIn(schema)(key) &&
      !acceptsNull(properties[key], this.root)
    );
  }
}

/** Removes nulls that represent absent properties from complete JSON text. */
export function removeNulls(json: string, schema: JsonObject): string {
  const filter = new NullFilter(schema);
  return filter.push(json) + filter.end();
}

/** Returns the index of the next quote or backslash. */
function plainEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE && text.charCodeAt(at) !== BACKSLASH) at++;
  return at;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Returns the schema of the current property of an object, or of the items of an array. */
function valueSchema({ isObject, schema, name }: Frame): JsonObject[string] {
  if (!isObject) return schema?.['items'];
  const properties = schema?.['properties'];
  const key = parseName(name);
  return isSchema(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function parseName(name: string): string {
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    return name;
  }
}

/** Whether a schema allows an object or an array. Without a type, its other keywords decide. */
const mayBe = ({ type, properties, items }: JsonObject, name: 'object' | 'array'): boolean =>
  type === name ||
  (Array.isArray(type) && type.includes(name)) ||
  (type === undefined && (name === 'object' ? properties : items) !== undefined);
