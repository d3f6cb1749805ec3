import type { JsonObject } from '../model/json.ts';

export interface ParsedArguments {
  readonly args: JsonObject;
  /** Set when the text is no JSON object; nothing is guessed from it. */
  readonly invalid?: { readonly raw: string };
}

/** A tool call's arguments. No text at all means no arguments; anything but an object is refused, never invented. */
export function parseArguments(text: string): ParsedArguments {
  if (text.trim() === '') return { args: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { args: value as JsonObject };
  } catch {
    // Not JSON: refused below, like JSON of another shape.
  }
  return { args: {}, invalid: { raw: text } };
}
