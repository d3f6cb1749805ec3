import { LlmError, type JsonValue } from '@majordomo/core';

/** UTF-8 has no longer characters than these, in bytes for a unit of a string. */
const MAX_CHARACTER_BYTES = 3;
const MIB = 1_048_576;

/** Returns the value. Throws `config` if its JSON is larger than this, since an engine would retry it forever. */
export function checkSize(value: JsonValue, name: string, maxBytes: number = Infinity): JsonValue {
  if (maxBytes === Infinity) return value;
  const bytes = bytesOf(value, maxBytes);
  if (bytes <= maxBytes) return value;
  const [size, most] = [bytes, maxBytes].map((count) => `${(count / MIB).toFixed(1)} MiB`);
  throw new LlmError(
    'config',
    `"${name}" is ${size} as JSON, and the journal takes ${most}: let tools give a link or a part of what is large`,
    { path: name },
  );
}

function bytesOf(value: JsonValue, maxBytes: number): number {
  const text = JSON.stringify(value);
  return text.length * MAX_CHARACTER_BYTES <= maxBytes ? text.length : new TextEncoder().encode(text).length;
}
