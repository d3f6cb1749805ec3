import { LlmError } from '@majordomo/core';
import { toStoredText } from '@majordomo/core/toolkit';

/** Maximum size of a string in an index, in bytes. An index entry of PostgreSQL has at most 2,704 bytes. */
const MAX_BYTES = 2000;
/** Maximum number of characters of a string that an error contains. */
const SHOWN = 80;

/** Converts a string that the database stores in an index. Throws `invalid-request` if the string is too long. */
export function toIndexedText(value: string, what: string): string {
  const text = toStoredText(value);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= MAX_BYTES) return text;
  throw new LlmError(
    'invalid-request',
    `postgresStores: ${what} ("${value.slice(0, SHOWN)}…") has ${bytes} bytes; use at most ${MAX_BYTES} bytes for ids, tenants, names of models and the metadata that a limit counts by`,
  );
}
