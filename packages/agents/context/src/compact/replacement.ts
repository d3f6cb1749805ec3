import type { Message } from '@majordomo/core';
import type { Plan } from './plan.ts';
import { ACKNOWLEDGMENT, summaryMessage } from './summary-message.ts';

/**
 * Returns the replacement for all messages before the tail: instructions, first messages, summary and pinned messages. The summary is a
 * user message, and roles must alternate, so an acknowledgment separates two user messages.
 */
export function replacementFor(
  messages: readonly Message[],
  { from, to, pinned }: Plan,
  summary: string,
): readonly Message[] {
  const before = messages.slice(0, to);
  const isInstruction = ({ role }: Message): boolean => role === 'system';
  const instructions = before.filter(isInstruction);
  const head = messages.slice(0, from).filter((message) => !isInstruction(message));
  const isUserNext = messages[to]?.role === 'user';
  // `pinned` is the last question, an answer before it, or both. Omit an answer that no user message follows.
  const retained = pinned.at(-1)?.role === 'assistant' && !isUserNext ? [] : pinned;
  return [
    ...instructions,
    ...head,
    ...(head.at(-1)?.role === 'user' ? [ACKNOWLEDGMENT] : []),
    summaryMessage(summary),
    ...(retained[0]?.role === 'user' ? [ACKNOWLEDGMENT] : []),
    ...retained,
    ...(isUserNext && retained.at(-1)?.role !== 'assistant' ? [ACKNOWLEDGMENT] : []),
  ];
}
