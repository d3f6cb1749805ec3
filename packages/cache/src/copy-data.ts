/**
 * A copy of plain data, with bytes of its own. What is no plain data, such as an error or a schema of a library, stays what it
 * is.
 */
export function copyData<T>(value: T): T;
export function copyData(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((item) => copyData<unknown>(item));
  if (!isPlain(value) || '~standard' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyData<unknown>(member)]));
}

/** No class: all that it says stands in members of its own. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm have an `Object.prototype` of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
