import { LlmError, type JsonValue } from '@majordomo/core';

/** UTF-8 has no longer characters than these, in bytes for a unit of a string. */
const LONGEST = 3;
const MIB = 1_048_576;

/** The same value. Throws `config` where its JSON is larger than this: an engine would try it again and again, or stand still. */
export function checkSize(value: JsonValue, name: string, mostBytes: number = Infinity): JsonValue {
  if (mostBytes === Infinity) return value;
  const bytes = bytesOf(value, mostBytes);
  if (bytes <= mostBytes) return value;
  const [size, most] = [bytes, mostBytes].map((count) => `${(count / MIB).toFixed(1)} MiB`);
  throw new LlmError(
    'config',
    `"${name}" is ${size} as JSON, and the journal takes ${most}: let tools give a link or a part of what is large`,
    { path: name },
  );
}

/** Exactly where it matters. */
function bytesOf(value: JsonValue, mostBytes: number): number {
  const text = JSON.stringify(value);
  return text.length * LONGEST <= mostBytes ? text.length : new TextEncoder().encode(text).length;
}
