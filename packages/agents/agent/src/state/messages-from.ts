import type { Message } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

const ROLES: ReadonlySet<unknown> = new Set<Message['role']>(['system', 'user', 'assistant', 'tool']);

/** Returns the messages that a hook has returned. Throws an error if its result is not an array of messages. */
export function messagesFrom(input: readonly Message[]): readonly Message[] {
  if (!Array.isArray(input) || !input.every(isMessage))
    throw new TypeError('the hook must return an array of messages');
  return input;
}

export const isMessage = (value: unknown): value is Message =>
  isRecord(value) && ROLES.has(value['role']) && Array.isArray(value['parts']);
