import { isRecord } from '@majordomo/core/toolkit';

/** Under these keys stands what is anybody's: arguments, results, schemas. */
const FREE: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
]);

/**
 * The API takes fields in both spellings, `inlineData` and `inline_data`, and a null like a field that is left out. Keys
 * that begin with `x_` are nobody's.
 */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (item === null) return [];
      const name = key.startsWith('x_')
        ? key
        : key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return [[name, FREE.has(name) ? item : camelCased(item)]];
    }),
  );
}
