import type { AssistantPart, JsonObject, JsonValue, Recovery, VendorPart } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { hasMembers, sentMembers, withAssistantParts } from '@majordomo/wire-kit/internal';
import type { SentBody } from '../failure/rejected-member.ts';
import type { ChatDelta } from './wire.ts';

/** Collector of the members of a message that the quirk `replayedMembers` names. Fragments of a string are joined. */
export class ReplayedMembers {
  private readonly names: readonly string[];
  private readonly members: Record<string, JsonValue> = {};

  constructor(names: readonly string[] = []) {
    this.names = names;
  }

  read(delta: ChatDelta): void {
    for (const name of this.names) {
      const value = asRecord(delta)[name] as JsonValue | undefined;
      if (value === undefined || value === null) continue;
      const before = this.members[name];
      this.members[name] = typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
  }

  /** Returns a vendor part with the members, or `undefined` if none has arrived. */
  part(family: string): Omit<VendorPart, 'type'> | undefined {
    const { members } = this;
    if (Object.keys(members).length === 0) return undefined;
    return { kind: 'message', replay: { family, data: { members } } };
  }
}

/** Returns the members to send back with the message of these parts. */
export function replayedMembers(
  parts: readonly AssistantPart[],
  family: string | undefined,
  names: readonly string[],
): JsonObject {
  const kept = parts.filter((part) => part.type === 'vendor' && part.replay.family === family);
  return Object.assign({}, ...kept.map(({ replay }) => sentMembers(replay?.data, names))) as JsonObject;
}

/** Returns a recovery without the members if the error names one of them, and the request contains it. */
export function replayedMembersRecovery(
  text: string,
  { messages }: SentBody,
  names: readonly string[],
): Recovery | undefined {
  const words = text.split(/\W+/);
  const named = names.filter((name) => words.includes(name));
  const isSent = asList(messages).some((message) =>
    named.some((name) => asRecord(message)[name] !== undefined),
  );
  if (!isSent) return undefined;
  const isReplayed = (part: AssistantPart): boolean => part.type === 'vendor' && hasMembers(part.replay.data);
  return {
    id: 'replayed members',
    what: `${named.join(', ')} dropped from messages`,
    apply: (request) => withAssistantParts(request, (part) => (isReplayed(part) ? undefined : part)),
  };
}
