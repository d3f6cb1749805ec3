import type { ModelRequest, Recovery } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import { withAssistantParts } from '@majordomo/wire-kit/internal';

/** Returns a recovery that renews the credential, or drops earlier turns' reasoning, which only some models accept. */
export function recoveryFor(
  status: number | undefined,
  message: string,
  { request, renew }: ErrorContext,
): Recovery | undefined {
  if (status === 401) return renew?.();
  const isRefused = (status === undefined || status === 400) && /bad input|reasoning/i.test(message);
  if (!isRefused || request?.messages.some(hasReasoning) !== true) return undefined;
  return {
    id: 'reasoning',
    what: 'reasoning of earlier turns dropped',
    apply: withoutReasoning,
    remember: true,
  };
}

type Turn = ModelRequest['messages'][number];

const hasReasoning = (message: Turn): boolean =>
  message.role === 'assistant' && message.parts.some(({ type }) => type === 'reasoning');

const withoutReasoning = (request: ModelRequest): ModelRequest =>
  withAssistantParts(request, (part) => (part.type === 'reasoning' ? undefined : part));
