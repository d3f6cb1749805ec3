import type { Message } from '@majordomo/core';

const ROLES: ReadonlySet<unknown> = new Set<Message['role']>(['system', 'user', 'assistant', 'tool']);

/** Returns the messages of a hook. Throws an error for another value. */
export function messagesFrom(given: readonly Message[]): readonly Message[] {
  if (!Array.isArray(given) || !given.every(isMessage))
    throw new TypeError('the hook must return an array of messages');
  return given;
}

export const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' &&
  value !== null &&
  'role' in value &&
  ROLES.has(value.role) &&
  'parts' in value &&
  Array.isArray(value.parts);
