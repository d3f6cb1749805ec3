import type { Attributes } from '@opentelemetry/api';

type Value = string | number | boolean | string[] | undefined;

/** Returns the defined values. An absent attribute means unknown; -1 or 0 would be wrong. */
export function withoutUndefined(values: Readonly<Record<string, Value>>): Attributes {
  const attributes: Attributes = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}
