import type { TurnMessage, Warning } from '@majordomo/core';

/** Text of the assistant message that is inserted between tool results and a user message. */
export const FILLER_TEXT = 'OK.';

const FILLER: TurnMessage = { role: 'assistant', parts: [{ type: 'text', text: FILLER_TEXT }] };

/** Inserts an assistant message where a user message directly follows tool results. Adds only one warning. */
export function withTurnsAfterTools(
  messages: readonly TurnMessage[],
  warnings: Warning[] = [],
): readonly TurnMessage[] {
  const isGap = ({ role }: TurnMessage, at: number): boolean =>
    role === 'user' && messages[at - 1]?.role === 'tool';
  if (!messages.some(isGap)) return messages;
  warnings.push({
    action: 'emulated',
    what: `"${FILLER_TEXT}" as an assistant message`,
    why: 'the server accepts no user message directly after tool results',
  });
  return messages.flatMap((message, at) => (isGap(message, at) ? [FILLER, message] : [message]));
}
