import type { JsonValue, JsonObject, OperationResponse } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { headerFacts } from './rate-limits.ts';
import { definedMembers } from './values.ts';

/** Returns the members of a vendor's object that are not in `known`, or `undefined` if no other member has a value. */
export function otherMembers(object: object, known: ReadonlySet<string>): JsonObject | undefined {
  const others = Object.entries(object).filter(
    ([name, value]) => !known.has(name) && value !== undefined && value !== null,
  );
  return others.length === 0 ? undefined : Object.fromEntries<JsonValue>(others);
}

/** Returns the model and the facts of a response of an operation other than chat. `body`: the JSON of the response, if any. */
export function servedBy(
  wire: string,
  body: unknown,
  headers?: Headers,
): Pick<OperationResponse, 'model' | 'vendor'> {
  const { id, model } = asRecord(body);
  const name = asText(model);
  return {
    ...(name !== undefined && name !== '' && { model: name }),
    vendor: { wire, ...definedMembers({ id: asText(id) }), ...(headers && headerFacts(headers)) },
  };
}
