import { createHash } from 'node:crypto';
import { canonicalJson as canonicalJsonOf, isPlain, isTooDeep } from '@majordomo/core/toolkit';

/** Returns JSON with sorted members, which is equal for equal values. Bytes are replaced by their hash. */
export const canonicalJson = (value: unknown): string => canonicalJsonOf(value ?? null, sha256);

/** Returns the first `length` hexadecimal digits of a value's SHA-256, independent of the order of members. */
export const digest = (value: unknown, length = 32): string => sha256(canonicalJson(value)).slice(0, length);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Whether a value is JSON. `false` for functions, class instances, cycles, NaN, infinite numbers, and bytes by default. */
export const isJson = (value: unknown, allowsBytes = false): boolean =>
  !isTooDeep(value) && isJsonPart(value, allowsBytes);

function isJsonPart(value: unknown, allowsBytes: boolean): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (allowsBytes && value instanceof Uint8Array) return true;
  const isPart = (member: unknown): boolean => member === undefined || isJsonPart(member, allowsBytes);
  return Array.isArray(value)
    ? value.every((item) => isJsonPart(item, allowsBytes))
    : isPlain(value) && Object.values(value).every(isPart);
}
