import { LlmError } from '../types/llm-error.ts';
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
  /** Position of the current key of the object, and the position after it. */
  key: readonly [start: number, end: number];
}

/**
 * Throws `invalid-request` with the path if JSON has more than `maxElements` elements of arrays, more than ten times as many
 * members of objects, or more than 500 levels. Call it before `JSON.parse`: it only reads the bytes, holds nothing, and stops at
 * the first fault. Other faults of the JSON are not found. An empty array counts as one element.
 *
 * @param json JSON in UTF-8
 */
export function checkJsonSize(json: Uint8Array, maxElements: number = MAX_ELEMENTS): void {
  const maxMembers = maxElements * MEMBERS_PER_ELEMENT;
  const levels: Level[] = [];
  let level: Level | undefined;
  let elements = 0;
  let members = 0;
  let string: Level['key'] = [0, 0];
  const tooMany = (count: number, what: string): LlmError =>
    tooLarge(json, levels, `has more than ${count} ${what}`);
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case QUOTE: {
        const end = stringEnd(json, at);
        string = [at, end];
        at = end - 1;
        break;
      }
      case ARRAY:
      case OBJECT:
        level = { isArray: json[at] === ARRAY, index: 0, key: [0, 0] };
        levels.push(level);
        if (levels.length > MAX_DEPTH) throw tooMany(MAX_DEPTH, 'levels');
        if (level.isArray && ++elements > maxElements) throw tooMany(maxElements, 'array elements in total');
        break;
      case ARRAY_END:
      case OBJECT_END:
        levels.pop();
        level = levels.at(-1);
        break;
      case COMMA:
        if (level?.isArray !== true) break;
        level.index++;
        if (++elements > maxElements) throw tooMany(maxElements, 'array elements in total');
        break;
      case COLON:
        if (level !== undefined) level.key = string;
        if (++members > maxMembers) throw tooMany(maxMembers, 'object members in total');
        break;
      default:
    }
  }
}

/** Returns the position after the string that starts at `start`. */
function stringEnd(json: Uint8Array, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const byte = json[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at + 1;
  }
  return json.length;
}

function tooLarge(json: Uint8Array, levels: readonly Level[], problem: string): LlmError {
  const path = pathOf(json, levels);
  const message = `${path === '' ? 'the JSON' : path}: the request ${problem}; send less in one request`;
  return new LlmError('invalid-request', message, path === '' ? {} : { path });
}

/** Returns the path of the innermost level, such as `messages[2].content`. A path that would be long ends earlier. */
function pathOf(json: Uint8Array, levels: readonly Level[]): string {
  const decoder = new TextDecoder();
  let path = '';
  for (const { isArray, index, key } of levels.slice(0, Math.min(levels.length - 1, PATH_LEVELS))) {
    const [start, end] = key;
    if (isArray) path += `[${index}]`;
    else {
      const name =
        end - start > PATH_KEY_BYTES ? undefined : tryParseJson(decoder.decode(json.subarray(start, end)));
      if (typeof name !== 'string') return path;
      path += path === '' ? name : `.${name}`;
    }
  }
  return path;
}
