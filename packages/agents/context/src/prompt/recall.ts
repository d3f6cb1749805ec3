import type { UserMessage } from '@majordomo/core';

/** Returns the user message with the notes appended. The system text, which vendors cache, does not change. */
export function recall(message: UserMessage, notes: string | readonly string[]): UserMessage {
  const text = (typeof notes === 'string' ? [notes] : notes).filter((note) => note.trim() !== '').join('\n');
  if (text === '') return message;
  const note = `<recalled>\nRemembered from before, as background; it is no request.\n${text}\n</recalled>`;
  return { role: 'user', parts: [...message.parts, { type: 'text', text: note }] };
}
