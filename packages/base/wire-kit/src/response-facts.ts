import type { JsonValue, JsonObject, OperationResponse } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { headerFacts } from './rate-limits.ts';
import { definedMembers } from './values.ts';

/** Returns the members of a vendor's object that are not in `known`, or `undefined` if no other member has a value. */
export function otherMembers(object: object, known: ReadonlySet<string>): JsonObject | undefined {
  const names = Object.keys(object).filter((name) => !known.has(name));
  if (names.length === 0) return undefined;
  const others = names
    .map((name) => [name, Reflect.get(object, name) as JsonValue | undefined] as const)
    .filter((other): other is [string, JsonValue] => other[1] !== undefined && other[1] !== null);
  return others.length === 0 ? undefined : Object.fromEntries(others);
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
