import type { JsonObject } from '../contract/json.ts';
import { isTooDeep, SHALLOW_LENGTH } from './depth.ts';
import { repairObject, type ArgumentRepair } from './repair.ts';

/** What became of the text of a tool call's arguments. */
export interface ParsedArguments {
  readonly args: JsonObject;
  /** Set when the text is not a JSON object, or one too deep to be handled; nothing is guessed from it. */
  readonly invalid?: { readonly raw: string };
  /** What had to be repaired; none of it adds a value that was not written. */
  readonly repaired?: readonly ArgumentRepair[];
}

/**
 * A tool call's arguments. No text at all means no arguments; anything but an object is refused, never invented. In a
 * text that was cut (`isCut`) nothing is repaired: what is missing may be more than a bracket.
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
