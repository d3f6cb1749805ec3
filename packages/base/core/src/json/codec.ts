import { LlmError } from '../types/llm-error.ts';
import type { Message } from '../types/messages.ts';
import type { JsonValue } from '../types/schema.ts';
import { fromBase64, hash128, toBase64 } from '../util/bytes.ts';
import { isPlain } from '../util/values.ts';

/** Key of encoded bytes. If a caller's object has only this key, `toJson` adds a second `$` to the key. */
const TAG = '$bytes';
const ESCAPED = /^\$+bytes$/;

/**
 * Converts messages, run states or other plain data to a JSON value. Bytes become `{ "$bytes": base64 }`. Throws `invalid-request` for
 * a blob.
 *
 * @example localStorage.setItem('chat', JSON.stringify(toJson(messages)));
 */
export function toJson(value: readonly Message[] | Message | object): JsonValue {
  return encode(value) as JsonValue;
}

/** Returns the original data of a `toJson` result. Throws `invalid-request` for bytes that are not base64. */
export function fromJson<T>(json: unknown): T {
  return decode(json) as T;
}

function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [TAG]: toBase64(value) };
  if (value instanceof Blob)
    throw new LlmError(
      'invalid-request',
      'toJson: a blob is not JSON; call readBlobs of @majordomo/files first',
    );
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const isEscaped = entries.length === 1 && ESCAPED.test(entries[0]?.[0] ?? '');
  return Object.fromEntries(entries.map(([key, member]) => [isEscaped ? `$${key}` : key, encode(member)]));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [key, member] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (key === TAG && typeof member === 'string') return bytesOf(member);
  const isEscaped = key !== undefined && key !== TAG && ESCAPED.test(key);
  return Object.fromEntries(
    entries.map(([name, inner]) => [isEscaped ? name.slice(1) : name, decode(inner)]),
  );
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new LlmError('invalid-request', 'fromJson: $bytes must be valid base64', { path: TAG }, { cause });
  }
}

const messageHashes = new WeakMap<object, string>();

/** Returns the hash of a message or of tools, including their bytes. The hash is cached by the identity of the object. */
export function hashOf(value: Message | readonly object[]): string {
  const known = messageHashes.get(value);
  if (known !== undefined) return known;
  const hash = hash128(JSON.stringify(hasBytes(value) ? toJson(value) : value));
  messageHashes.set(value, hash);
  return hash;
}

const hasBytes = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value instanceof Uint8Array || Object.values(value).some(hasBytes));

/**
 * Returns JSON with sorted members, so that equal values have equal JSON. Bytes are replaced by their hash, by default an empty one,
 * which suits values without bytes. Throws `config` for an instance of a class without `toJSON`.
 */
export const canonicalJson = (value: unknown, hashOf: (bytes: Uint8Array) => string = () => ''): string =>
  JSON.stringify(sortMembers(value, hashOf));

function sortMembers(value: unknown, hashOf: (bytes: Uint8Array) => string): unknown {
  if (value instanceof Uint8Array) return { sha256: hashOf(value) };
  if (Array.isArray(value)) return value.map((item) => sortMembers(item, hashOf));
  if (typeof value !== 'object' || value === null) return value;
  // `JSON.stringify` converts an object with `toJSON`, for example a `Date`.
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  if (!isPlain(value)) throw new LlmError('config', 'an instance of a class is not JSON; pass plain data');
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sortMembers(member, hashOf)]));
}
