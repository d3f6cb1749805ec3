import { isRecord } from '@majordomo/core/toolkit';

/** Keys with arbitrary content: arguments, results, schemas. */
const FREE: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
]);

/**
 * Converts keys to camel case. The API accepts both spellings of a field, `inlineData` and `inline_data`, treats null as absent,
 * and ignores keys that begin with `x_`.
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
