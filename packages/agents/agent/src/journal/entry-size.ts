import { LlmError, type JsonValue } from '@majordomo/core';

const MIB = 1_048_576;

/** Returns the value. Throws `config` if its JSON is longer than `maxBytes`, because an engine would retry the write forever. */
export function checkSize(value: JsonValue, name: string, maxBytes: number = Infinity): JsonValue {
  if (maxBytes === Infinity) return value;
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes <= maxBytes) return value;
  const size = `${(bytes / MIB).toFixed(1)} MiB`;
  const most = `${(maxBytes / MIB).toFixed(1)} MiB`;
  throw new LlmError(
    'config',
    `journal entry "${name}" is ${size} as JSON, more than the maximum of ${most}; return a link instead of a large result`,
    { path: name },
  );
}
