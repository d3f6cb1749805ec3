import type { Attributes } from '@opentelemetry/api';

type Value = string | number | boolean | string[] | undefined;

/** Returns the values that are not `undefined`. A missing attribute means that the value is unknown. */
export function withoutUndefined(values: Readonly<Record<string, Value>>): Attributes {
  const attributes: Attributes = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}
