import type { AssistantPart, Recovery, TurnMessage } from '@majordomo/core';

/** Without earlier reasoning. A token that was refused once is refused again: the target gets none from here on. */
export const FORGET: Recovery = {
  id: 'encrypted reasoning',
  what: 'earlier reasoning not sent back',
  apply: (request) => ({ ...request, messages: request.messages.map(withoutReplay) }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'assistant'),
};

/** Ids and what ran at the vendor go with the reasoning: an item that names another one is refused without it. */
function withoutReplay(message: TurnMessage): TurnMessage {
  if (message.role !== 'assistant') return message;
  const parts = message.parts.flatMap((part): AssistantPart[] => {
    if (part.type === 'reasoning' || part.type === 'vendor') return [];
    const { replay: _refused, ...rest } = part;
    return [rest];
  });
  return { role: 'assistant', parts };
}
