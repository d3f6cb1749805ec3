import type { AssistantPart, JsonObject, JsonValue, ModelRequest } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { withAssistantParts } from './transcript.ts';

// A provider stores the members of a vendor's part that `AssistantPart` does not represent in the replay data of the part, under
// `members`, and sends them back with the part.

/** Maximum size of a stored member in a request, in characters of JSON. A larger member remains in the transcript only. */
const MAX_SENT_LENGTH = 64 * 1024;

/**
 * Returns the stored members of a part that a request may contain. Omits members that are too large.
 *
 * @param data replay data of the part
 * @param accepted names of the members that the API accepts in a request
 */
export function sentMembers(data: JsonValue | undefined, accepted: readonly string[]): JsonObject {
  const members: Readonly<Record<string, unknown>> = asRecord(asRecord(data)['members']);
  const names = accepted.filter((name) => members[name] !== undefined && isSmall(members[name]));
  return Object.fromEntries(names.map((name) => [name, members[name]])) as JsonObject;
}

const isSmall = (value: unknown): boolean => JSON.stringify(value).length <= MAX_SENT_LENGTH;

/** Whether replay data contains members of the vendor. */
export const hasMembers = (data: JsonValue | undefined): boolean => asRecord(data)['members'] !== undefined;

/** Returns the request without the stored members of its calls, which a server rejects, or the same request if it has none. */
export const withoutKeptMembers = (request: ModelRequest): ModelRequest =>
  withAssistantParts(request, withoutMembers);

const isCallWithMembers = ({ type, replay }: AssistantPart): boolean =>
  (type === 'tool-call' || type === 'vendor-call') && hasMembers(replay?.data);

function withoutMembers(part: AssistantPart): AssistantPart {
  if (part.replay === undefined || !isCallWithMembers(part)) return part;
  const { replay } = part;
  const { members: _kept, ...data } = asRecord(replay.data);
  const isEmpty = Object.keys(data).length === 0;
  // A vendor call always has replay data.
  if (part.type === 'tool-call' && isEmpty) return { ...part, replay: undefined };
  return { ...part, replay: { ...replay, data: data as JsonObject } };
}
