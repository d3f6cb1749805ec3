import type { JsonObject } from '../types/schema.ts';
import { isTooDeep, SHALLOW_LENGTH } from './values.ts';

/** What became of the text of a tool call's arguments. */
export interface ParsedArguments {
  readonly args: JsonObject;
  /** Set when the text is not a complete JSON object, or one too deep to be handled; nothing is guessed from it. */
  readonly invalid?: { readonly raw: string };
  /** Repairs that were made; none of them adds or alters a value. */
  readonly repaired?: readonly ArgumentRepair[];
}

/**
 * Returns a tool call's arguments. An empty text means no arguments; any text but an object is `invalid`. So is an object
 * that may have been cut, such as `{"amount": 12`: the value may have been 1200. In a text that was cut for certain
 * (`isCut`) nothing is repaired.
 */
export function parseArguments(text: string, isCut = false): ParsedArguments {
  if (text.trim() === '' && !isCut) return { args: {} };
  const args = objectOf(text);
  if (args !== undefined) return { args };
  const refused = { args: {}, invalid: { raw: text } };
  if (isCut) return refused;
  const decoded = objectOf(stringOf(text));
  if (decoded !== undefined) return { args: decoded, repaired: ['a second encoding'] };
  const repair = repairObject(text);
  const mended = repair && objectOf(repair.text);
  return mended === undefined ? refused : { args: mended, repaired: repair?.repairs ?? [] };
}

/** The text that a JSON string holds: some models write the object as one (Qwen, GLM; 2025-2026). */
function stringOf(text: string): string {
  if (!text.trimStart().startsWith('"')) return '';
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || (text.length > SHALLOW_LENGTH && isTooDeep(value))) return undefined;
    return value as JsonObject;
  } catch {
    return undefined;
  }
}

type ArgumentRepair =
  | 'a second encoding'
  | 'code fence'
  | 'control characters'
  | 'missing closer'
  | 'surplus closers'
  | 'trailing comma';

interface RepairedText {
  readonly text: string;
  readonly repairs: readonly ArgumentRepair[];
}

const OPENER: Readonly<Record<string, string>> = { '}': '{', ']': '[' };
const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const SPACE = /\s/;

/**
 * Returns the text with repairs that cannot alter a value: a code fence around it, control characters inside strings,
 * commas before a closer, surplus closers, and the last closer where it is missing after a complete string, object or
 * array. `undefined` for everything else: a text that ends after a number or with two open brackets may have been cut, and
 * its values may have been others. The result may still not be JSON.
 */
function repairObject(given: string): RepairedText | undefined {
  const text = withoutFence(given);
  const mender = new Mender(text === given ? [] : ['code fence']);
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) === '"') {
      const end = endOfString(text, at);
      if (end === -1 || !mender.string(text.slice(at, end))) return undefined;
      at = end - 1;
    } else if (!mender.character(text.charAt(at))) {
      return undefined;
    }
  }
  return mender.end();
}

class Mender {
  private readonly repairs: Set<ArgumentRepair>;
  private readonly open: string[] = [];
  private mended = '';
  /** Where the comma stands that is the last thing so far; -1 for anything else. */
  private comma = -1;
  private isOver = false;
  /** The last character that is not white space. */
  private last = '';

  constructor(repairs: readonly ArgumentRepair[]) {
    this.repairs = new Set(repairs);
  }

  /** False for what cannot be fixed. */
  string(quoted: string): boolean {
    const escaped = escapeControls(quoted);
    if (escaped !== quoted) this.repairs.add('control characters');
    this.mended += escaped;
    this.comma = -1;
    this.last = '"';
    return !this.isOver;
  }

  /** Of anything outside of strings; false for what cannot be fixed. */
  character(character: string): boolean {
    const opener = OPENER[character];
    if (SPACE.test(character)) {
      this.mended += character;
      return true;
    }
    if (this.isOver) {
      this.repairs.add('surplus closers');
      return opener !== undefined;
    }
    if (opener !== undefined) {
      if (this.open.pop() !== opener) return false;
      this.dropComma();
      this.isOver = this.open.length === 0;
    } else if (CLOSER[character] !== undefined) {
      this.open.push(character);
    }
    this.last = character;
    this.comma = character === ',' ? this.mended.length : -1;
    this.mended += character;
    return true;
  }

  end(): RepairedText | undefined {
    const [opener] = this.open;
    if (opener !== undefined) {
      if (this.open.length > 1 || !'"}]'.includes(this.last)) return undefined;
      this.repairs.add('missing closer');
      this.mended += CLOSER[opener] ?? '';
    }
    return { text: this.mended, repairs: [...this.repairs] };
  }

  private dropComma(): void {
    if (this.comma === -1) return;
    this.mended = this.mended.slice(0, this.comma) + this.mended.slice(this.comma + 1);
    this.repairs.add('trailing comma');
  }
}

function withoutFence(text: string): string {
  const fence = /^\s*```(?:json)?\s/i.exec(text)?.[0];
  const body = text.trimEnd();
  return fence !== undefined && body.endsWith('```') ? body.slice(fence.length, -3) : text;
}

/** The place after the string's closing quote; -1 when it is never closed. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return -1;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escapeControls = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- those are what it looks for
  text.replace(/[\u0000-\u001f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return NAMED[character] ?? `\\u${code}`;
  });
