import type { JsonObject } from '../contract/json.ts';
import { isTooDeep, SHALLOW_LENGTH } from './depth.ts';
import { repairObject, type ArgumentRepair } from './repair.ts';

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
