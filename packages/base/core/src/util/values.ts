/** Whether a value is an object and not an array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is an object without a class. Objects of another realm have a different `Object.prototype`. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a value is an array. `Array.isArray` narrows to `any[]`. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Returns the object, or an empty object for any other value. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** Returns the array, or an empty array for any other value. */
export const asList = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** Returns the string, or `undefined` for any other value. */
export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Returns the finite number, or `undefined` for any other value. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Returns the value of a JSON text, or `undefined` for invalid JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Maximum nesting of JSON values. Recursion to this depth is safe in every runtime. */
export const MAX_DEPTH: number = 500;

/** Maximum length of a JSON text that cannot exceed `MAX_DEPTH`, because each level needs two brackets. */
export const SHALLOW_LENGTH: number = MAX_DEPTH * 2;

/** Whether a value is nested deeper than `MAX_DEPTH`, or contains itself. */
export function isTooDeep(value: unknown): boolean {
  const values: unknown[] = [value];
  const levels: number[] = [0];
  for (;;) {
    const next = values.pop();
    const level = levels.pop();
    if (level === undefined) return false;
    if (typeof next !== 'object' || next === null) continue;
    if (level === MAX_DEPTH) return true;
    for (const member of Object.values(next)) {
      if (typeof member !== 'object' || member === null) continue;
      values.push(member);
      levels.push(level + 1);
    }
  }
}

/** Whether a text is a day as `YYYY-MM-DD`, and the day exists. `Date.parse` reads 2026-02-31 as 3 March. */
export const isIsoDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).getUTCDate() === Number(text.slice(8));
