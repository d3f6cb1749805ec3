import type { Message } from '@majordomo/core';

const ROLES: ReadonlySet<unknown> = new Set<Message['role']>(['system', 'user', 'assistant', 'tool']);

/** Returns the messages of a hook. Throws an error for another value. */
export function messagesFrom(input: readonly Message[]): readonly Message[] {
  if (!Array.isArray(input) || !input.every(isMessage))
    throw new TypeError('the hook must return an array of messages');
  return input;
}

export const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' &&
  value !== null &&
  'role' in value &&
  ROLES.has(value.role) &&
  'parts' in value &&
  Array.isArray(value.parts);
