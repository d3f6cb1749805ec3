import type { Attributes } from '@opentelemetry/api';

type Value = string | number | boolean | string[] | undefined;

/** Without what is not known: an attribute that is absent is honest, -1 and 0 are not. */
export function withoutUndefined(values: Readonly<Record<string, Value>>): Attributes {
  const attributes: Attributes = {};
  // Twice as fast as over a list of entries, and it is done for every call.
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}
