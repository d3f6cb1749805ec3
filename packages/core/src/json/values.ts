/** An object that is not a list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list. `Array.isArray` would make `any[]` of one that is unknown or read-only. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The object, or one without members. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** The list, or an empty one. */
export const asList = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** The text, or `undefined` for anything else. */
export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The number, or `undefined` for anything else, NaN and the infinities included: unknown is not zero. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Levels of JSON that anything here looks at: below it recursion is safe in every runtime. */
export const MAX_DEPTH: number = 500;

/** A text this short cannot be nested too deep: each level takes two brackets. */
export const SHALLOW_LENGTH: number = MAX_DEPTH * 2;

/** Is the value nested more than `MAX_DEPTH` deep? One that holds itself is. */
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
