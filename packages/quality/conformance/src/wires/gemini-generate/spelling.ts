import { isRecord } from '@majordomo/core/toolkit';

/** Keys whose values are not converted, because they are data: arguments, results and schemas. */
const FREE: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
]);

/**
 * Converts keys to camel case, because the API accepts both `inlineData` and `inline_data`. Removes null members. Does not change
 * keys that begin with `x_`, because the API ignores them.
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
