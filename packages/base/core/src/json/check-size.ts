import { LlmError } from '../types/llm-error.ts';
import { concatBytes } from '../util/bytes.ts';
import { MAX_DEPTH, tryParseJson } from '../util/values.ts';

/** Default maximum number of elements of all arrays of a request together. */
export const MAX_ELEMENTS: number = 10_000;

/** Maximum number of members of all objects, for each element that a request may have. */
const MEMBERS_PER_ELEMENT = 10;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [ARRAY, ARRAY_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Maximum number of levels and of bytes per key in the path of an error. */
const [PATH_LEVELS, PATH_KEY_BYTES] = [8, 100];

/** Open array or object. */
interface Level {
  readonly isArray: boolean;
  /** Index of the current element of the array. */
  index: number;
  /** Current key of the object with its quotes, or its first bytes. */
  key: Uint8Array;
}

const NO_BYTES = new Uint8Array();

/**
 * Throws `invalid-request` with the path if JSON has more than `maxElements` elements of arrays, more than ten times as many
 * members of objects, or more than `maxDepth` (500) levels. Call it before `JSON.parse`: it only reads the bytes, creates no values
 * from them, and stops at the first fault. Other faults of the JSON are not found. An empty array counts as one element.
 *
 * @param json JSON in UTF-8
 * @param maxDepth maximum number of levels, for values whose depth is checked where they are used
 */
export function checkJsonSize(
  json: Uint8Array,
  maxElements: number = MAX_ELEMENTS,
  maxDepth: number = MAX_DEPTH,
): void {
  new JsonSizeCheck(maxElements, maxDepth).push(json);
}

/** Check of `checkJsonSize` for JSON that arrives in chunks, so that the rest of large JSON is not read. */
export class JsonSizeCheck {
  private readonly maxElements: number;
  private readonly maxDepth: number;
  private readonly levels: Level[] = [];
  private elements = 0;
  private members = 0;
  private isInString = false;
  private isEscaped = false;
  /** Bytes of the last string in earlier chunks, of which only the first ones are retained. */
  private lead: Uint8Array = NO_BYTES;

  constructor(maxElements: number = MAX_ELEMENTS, maxDepth: number = MAX_DEPTH) {
    this.maxElements = maxElements;
    this.maxDepth = maxDepth;
  }

  /** Checks the next chunk. */
  push(json: Uint8Array): void {
    let level = this.levels.at(-1);
    let at = this.isInString ? this.stringEnd(json, 0) : 0;
    // Range of the last string in this chunk. At first it is the rest of a string that began in an earlier chunk, which `lead` begins.
    let start = 0;
    let end = at;
    while (at < json.length) {
      switch (json[at]) {
        case QUOTE:
          this.isInString = true;
          this.lead = NO_BYTES;
          start = at;
          end = this.stringEnd(json, at + 1);
          at = end;
          continue;
        case ARRAY:
        case OBJECT:
          level = { isArray: json[at] === ARRAY, index: 0, key: NO_BYTES };
          this.levels.push(level);
          if (this.levels.length > this.maxDepth)
            throw this.tooLarge(`is nested more than ${this.maxDepth} levels deep; flatten it`);
          if (level.isArray) this.addElement();
          break;
        case ARRAY_END:
        case OBJECT_END:
          this.levels.pop();
          level = this.levels.at(-1);
          break;
        case COMMA:
          if (level?.isArray !== true) break;
          level.index++;
          this.addElement();
          break;
        case COLON:
          // The last string is the key of the member.
          if (level !== undefined) level.key = this.stringIn(json, start, end);
          if (++this.members > this.maxElements * MEMBERS_PER_ELEMENT)
            throw this.tooMany(this.maxElements * MEMBERS_PER_ELEMENT, 'object members');
          break;
        default:
      }
      at++;
    }
    this.lead = this.stringIn(json, start, end).slice();
  }

  /** Checks JSON that is in a string of the JSON before. Its elements and members count together with the earlier ones. */
  pushNested(json: Uint8Array): void {
    this.levels.length = 0;
    this.isInString = this.isEscaped = false;
    this.lead = NO_BYTES;
    this.push(json);
  }

  private addElement(): void {
    if (++this.elements > this.maxElements) throw this.tooMany(this.maxElements, 'array elements');
  }

  /** Returns the position after the string that contains the position `from`, or the length of the chunk. */
  private stringEnd(json: Uint8Array, from: number): number {
    let at = from;
    if (this.isEscaped) at++;
    this.isEscaped = false;
    for (; at < json.length; at++) {
      const byte = json[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        this.isInString = false;
        return at + 1;
      }
    }
    // A backslash at the end of the chunk has moved the position beyond the end. The next chunk begins with the escaped character.
    this.isEscaped = at > json.length;
    return json.length;
  }

  /** Returns the first bytes of the last string. */
  private stringIn(json: Uint8Array, start: number, end: number): Uint8Array {
    const rest = json.subarray(start, Math.min(end, start + PATH_KEY_BYTES));
    return this.lead.length === 0 ? rest : concatBytes([this.lead, rest]).subarray(0, PATH_KEY_BYTES);
  }

  private tooMany(count: number, what: string): LlmError {
    return this.tooLarge(`has more than ${count} ${what} in total; send fewer`);
  }

  private tooLarge(problem: string): LlmError {
    const path = pathOf(this.levels);
    const message = `${path === '' ? 'the JSON' : path}: the request ${problem}`;
    return new LlmError('invalid-request', message, path === '' ? {} : { path });
  }
}

/**
 * Checks the JSON in strings of parsed JSON. Without this check, a short string could become as many objects as the check of the JSON refuses.
 *
 * @param check check that has read the JSON
 * @param nestedIn returns the JSON in a string that will be parsed, or `undefined`. `key`: name of the member, or '' in an array
 */
export function checkNestedJson(
  value: unknown,
  check: JsonSizeCheck,
  nestedIn: (key: string, text: string) => string | undefined,
): void {
  // Keys from the outermost value. The path is built only for an error, because a request can have 100,000 members.
  const keys: string[] = [];
  const visit = (each: object): void => {
    const isArray = Array.isArray(each);
    const members = each as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(members)) {
      const member = members[key];
      keys.push(key);
      if (typeof member === 'object' && member !== null) visit(member);
      else if (typeof member === 'string') checkString(nestedIn(isArray ? '' : key, member));
      keys.pop();
    }
  };
  const checkString = (json: string | undefined): void => {
    if (json === undefined) return;
    try {
      check.pushNested(new TextEncoder().encode(json));
    } catch (cause) {
      if (!LlmError.is(cause)) throw cause;
      const path = pathOfKeys(value, keys);
      // The message of the check begins with the path inside the nested JSON.
      const message = `${path}: the JSON in it ${cause.message.replace(/^.*?: the request /s, '')}`;
      throw new LlmError('invalid-request', message, { path }, { cause });
    }
  };
  if (typeof value === 'object' && value !== null) visit(value);
}

function pathOfKeys(value: unknown, keys: readonly string[]): string {
  let path = '';
  let each = value;
  for (const key of keys) {
    if (Array.isArray(each)) path += `[${key}]`;
    else path += path === '' ? key : `.${key}`;
    each = (each as Readonly<Record<string, unknown>>)[key];
  }
  return path;
}

/** Returns the path of the innermost level, such as `messages[2].content`. A path that would be long ends earlier. */
function pathOf(levels: readonly Level[]): string {
  let path = '';
  for (const { isArray, index, key } of levels.slice(0, Math.min(levels.length - 1, PATH_LEVELS))) {
    if (isArray) path += `[${index}]`;
    else {
      const name = tryParseJson(new TextDecoder().decode(key));
      if (typeof name !== 'string') return path;
      path += path === '' ? name : `.${name}`;
    }
  }
  return path;
}
