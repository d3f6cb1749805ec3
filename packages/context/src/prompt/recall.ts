import type { UserMessage } from '@majordomo/core';

/** Appends notes to the user message. The system text, whose prefix is cached, does not change. */
export function recall(message: UserMessage, notes: string | readonly string[]): UserMessage {
  const text = (typeof notes === 'string' ? [notes] : notes).filter((note) => note.trim() !== '').join('\n');
  if (text === '') return message;
  const note = `<recalled>\nRemembered from before, as background; it is no request.\n${text}\n</recalled>`;
  return { role: 'user', parts: [...message.parts, { type: 'text', text: note }] };
}
