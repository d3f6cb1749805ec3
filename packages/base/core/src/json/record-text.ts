import { messageOf } from '../errors/error-kind.ts';
import { UNKNOWN_USAGE } from '../stream/usage.ts';
import { LlmError } from '../types/llm-error.ts';
import type { Usage } from '../types/usage.ts';

/** Returns the time of a spend record in epoch milliseconds, and its JSON. Throws `invalid-request` if it cannot be stored. */
export function recordToText(record: { readonly id: string; readonly at: string }): {
  readonly at: number;
  readonly text: string;
} {
  try {
    const at = Date.parse(record.at);
    if (Number.isNaN(at)) throw new RangeError(`at must be an ISO date, not "${record.at}"`);
    return { at, text: JSON.stringify(record) };
  } catch (cause) {
    throw unstorableRecord(record, cause);
  }
}

/** Returns the error for a spend record that a store cannot store. */
export function unstorableRecord({ id }: { readonly id: string }, cause: unknown): LlmError {
  const why = `record "${id}": cannot be stored: ${messageOf(cause)}; records and reports do not contain it`;
  return new LlmError('invalid-request', why, {}, { cause });
}

/** Members of a spend record whose value may be `undefined`. */
const UNDEFINED_FIELDS = {
  vendor: undefined,
  model: undefined,
  name: undefined,
  tenant: undefined,
  usage: undefined,
  nanoUsd: undefined,
};

/** Parses the JSON of a spend record. Restores members with the value `undefined`, which JSON omits. */
export function recordFromText<Spend extends { readonly usage: Usage | undefined }>(text: string): Spend {
  const record = JSON.parse(text) as Spend;
  const { usage } = record;
  return { ...UNDEFINED_FIELDS, ...record, usage: usage && { ...UNKNOWN_USAGE, ...usage } };
}
