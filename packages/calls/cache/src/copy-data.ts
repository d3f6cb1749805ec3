import { isPlain } from '@majordomo/core/toolkit';

/**
 * Returns a deep copy of plain data, including bytes. Other objects, such as errors or schemas of a library,
 * are not copied.
 */
export function copyData<T>(value: T): T;
export function copyData(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((item) => copyData<unknown>(item));
  if (!isPlain(value) || '~standard' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyData<unknown>(member)]));
}
