import type { JsonObject, JsonValue } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** Maximum size of a kept member that is sent back, in characters of JSON. A larger member is only kept. */
const MAX_SENT_LENGTH = 64 * 1024;

/**
 * Returns the kept members of a part that the wire accepts as input, without members that are too large. `data`: replay data, whose
 * property `members` contains the members that no type names.
 */
export function sentMembers(data: JsonValue | undefined, accepted: readonly string[]): JsonObject {
  const members: Readonly<Record<string, unknown>> = asRecord(asRecord(data)['members']);
  const names = accepted.filter((name) => members[name] !== undefined && isSmall(members[name]));
  return Object.fromEntries(names.map((name) => [name, members[name]])) as JsonObject;
}

const isSmall = (value: unknown): boolean => JSON.stringify(value).length <= MAX_SENT_LENGTH;

/** Returns replay data without its kept members, or `undefined` if nothing else is left. */
export function withoutMembers(data: JsonValue): JsonValue | undefined {
  const { members, ...rest } = asRecord(data);
  if (members === undefined) return data;
  return Object.keys(rest).length === 0 ? undefined : (rest as JsonObject);
}

/** Whether replay data contains kept members. */
export const hasMembers = (data: JsonValue | undefined): boolean => asRecord(data)['members'] !== undefined;
