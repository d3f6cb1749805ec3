import type { AssistantPart, ModelRequest, Recovery, TurnMessage } from '@majordomo/core';
import type { ChatFailure } from '../chat/failure.ts';
import { recoveryFor as memberRecovery } from '../chat/recovery.ts';
import type { ResponsesParams } from './request.ts';

/**
 * The remedy for a 400 or 422: without encrypted reasoning that the backend cannot verify, without the wish for it at
 * models that have none, without a summary that the account may not see, or without a member that was named.
 */
export function recoveryFor(
  failure: ChatFailure,
  status: number,
  sent: ResponsesParams,
): Recovery | undefined {
  if (status !== 400 && status !== 422) return undefined;
  const { code, message, param } = failure;
  if (
    code === 'invalid_encrypted_content' ||
    /encrypted content .*could not be (?:verified|decrypted)/i.test(message)
  )
    return FORGET;
  if (
    sent['include'] !== undefined &&
    (param === 'include' || /^encrypted content is not supported/i.test(message))
  )
    return UNASKED;
  if (param === 'reasoning.summary' && sent['reasoning'] !== undefined) return UNSUMMARISED;
  return memberRecovery(failure, status, sent);
}

/** A token that was refused once is refused again: the target gets none from here on. */
const FORGET: Recovery = {
  id: 'encrypted reasoning',
  what: 'earlier reasoning not sent back',
  apply: (request) => ({ ...request, messages: request.messages.map(withoutReplay) }),
  remember: true,
};

const UNASKED: Recovery = {
  id: 'drop include',
  what: 'include dropped',
  apply: (request) => withExtra(request, { include: undefined }),
  remember: true,
};

const UNSUMMARISED: Recovery = {
  id: 'drop reasoning.summary',
  what: 'reasoning.summary dropped',
  apply: (request) =>
    withExtra(request, {
      reasoning: request.reasoning === undefined ? undefined : { effort: request.reasoning },
    }),
  remember: true,
};

const withExtra = (request: ModelRequest, members: Readonly<Record<string, unknown>>): ModelRequest => ({
  ...request,
  extra: { ...request.extra, ...members },
});

/** Ids go with the reasoning: an item that names another one is refused without it. */
function withoutReplay(message: TurnMessage): TurnMessage {
  if (message.role !== 'assistant') return message;
  const parts = message.parts.flatMap((part): AssistantPart[] => {
    if (part.type === 'reasoning') return [];
    const { replay: _refused, ...rest } = part;
    return [rest];
  });
  return { role: 'assistant', parts };
}
