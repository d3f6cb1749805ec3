import type { JsonObject } from '../types/schema.ts';
import { asText, isRecord, isTooDeep, SHALLOW_LENGTH, tryParseJson } from '../util/values.ts';

/** Parsed arguments of a tool call. */
export interface ParsedArguments {
  readonly args: JsonObject;
  /** Original text. Set if no JSON object could be read from the text, or if the object is nested too deeply. */
  readonly invalid?: { readonly raw: string };
  /** Repairs that were made to the text. A repair never adds or changes a value. */
  readonly repaired?: readonly ArgumentRepair[];
}

/**
 * Parses the arguments of a tool call. An empty text means no arguments. A text that is not an object, or that may be incomplete
 * such as `{"amount": 12` (for 1200), is `invalid`. If `isCut`, an empty text is `invalid`, and no text is repaired.
 */
export function parseArguments(text: string, isCut = false): ParsedArguments {
  if (text.trim() === '' && !isCut) return { args: {} };
  const args = parseObject(text);
  if (args !== undefined) return { args };
  const invalid = { args: {}, invalid: { raw: text } };
  if (isCut) return invalid;
  const decoded = parseObject(decodeString(text));
  if (decoded !== undefined) return { args: decoded, repaired: ['a second encoding'] };
  const repair = repairObject(text);
  const repaired = repair && parseObject(repair.text);
  return repaired === undefined ? invalid : { args: repaired, repaired: repair?.repairs ?? [] };
}

/** Returns the content of a JSON string; '' for other text. Some models (Qwen and GLM, as of 2025-2026) encode objects twice. */
const decodeString = (text: string): string =>
  text.trimStart().startsWith('"') ? (asText(tryParseJson(text)) ?? '') : '';

function parseObject(text: string): JsonObject | undefined {
  const value = tryParseJson(text);
  // A text of at most `SHALLOW_LENGTH` characters has too few brackets to be nested too deeply.
  if (!isRecord(value) || (text.length > SHALLOW_LENGTH && isTooDeep(value))) return undefined;
  return value as JsonObject;
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
 * Repairs these faults, which affect no value: a code fence around the text, control characters in strings, commas before a
 * closing bracket, surplus closing brackets, and one missing closing bracket after a complete string, object or array. Returns
 * `undefined` for other faults, because a text that ends after a number may be incomplete. The result may still be invalid JSON.
 */
function repairObject(source: string): RepairedText | undefined {
  const text = withoutFence(source);
  const repairer = new JsonRepairer(text === source ? [] : ['code fence']);
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) === '"') {
      const end = endOfString(text, at);
      if (end === -1 || !repairer.appendString(text.slice(at, end))) return undefined;
      at = end - 1;
    } else if (!repairer.appendCharacter(text.charAt(at))) {
      return undefined;
    }
  }
  return repairer.end();
}

class JsonRepairer {
  private readonly repairs: Set<ArgumentRepair>;
  private readonly open: string[] = [];
  private text = '';
  /** Position of a comma that only white space follows in the text so far; -1 if no such comma exists. */
  private comma = -1;
  private isOver = false;
  /** Last character that is not white space. */
  private last = '';

  constructor(repairs: readonly ArgumentRepair[]) {
    this.repairs = new Set(repairs);
  }

  /** Appends a string. Returns false if the text cannot be repaired. */
  appendString(quoted: string): boolean {
    const escaped = escapeControls(quoted);
    if (escaped !== quoted) this.repairs.add('control characters');
    this.text += escaped;
    this.comma = -1;
    this.last = '"';
    return !this.isOver;
  }

  /** Appends a character outside strings. Returns false if the text cannot be repaired. */
  appendCharacter(character: string): boolean {
    const opener = OPENER[character];
    if (SPACE.test(character)) {
      this.text += character;
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
    this.comma = character === ',' ? this.text.length : -1;
    this.text += character;
    return true;
  }

  end(): RepairedText | undefined {
    const [opener] = this.open;
    if (opener !== undefined) {
      if (this.open.length > 1 || !'"}]'.includes(this.last)) return undefined;
      this.repairs.add('missing closer');
      this.text += CLOSER[opener] ?? '';
    }
    return { text: this.text, repairs: [...this.repairs] };
  }

  private dropComma(): void {
    if (this.comma === -1) return;
    this.text = this.text.slice(0, this.comma) + this.text.slice(this.comma + 1);
    this.repairs.add('trailing comma');
  }
}

function withoutFence(text: string): string {
  const fence = /^\s*```(?:json)?\s/i.exec(text)?.[0];
  const body = text.trimEnd();
  return fence !== undefined && body.endsWith('```') ? body.slice(fence.length, -3) : text;
}

/** Returns the position after the closing quote of a string; -1 if the quote is missing. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return -1;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escapeControls = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- the pattern matches control characters
  text.replace(/[\u0000-\u001f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return SHORT_ESCAPES[character] ?? `\\u${code}`;
  });
