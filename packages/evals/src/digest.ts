import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a value as hexadecimal digits, independent of the order of members. */
export const digest = (value: unknown, length = 32): string => sha256(canonicalJson(value)).slice(0, length);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Returns JSON with sorted members. Bytes are replaced by their digest. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value ?? null));

function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return { sha256: sha256(value) };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
