import type { Message, TurnMessage } from '../contract/message.ts';
import type { ChatRequest } from '../contract/request.ts';

export interface Folded {
  readonly system: string | undefined;
  readonly messages: readonly TurnMessage[];
}

/** One system text: the request's own first, then the system messages in order, with blank lines between. */
export function foldSystem({ system, messages }: ChatRequest): Folded {
  const isTurn = (message: Message): message is TurnMessage => message.role !== 'system';
  if (messages.every(isTurn)) return { system: system === '' ? undefined : system, messages };
  const texts = [system ?? '', ...messages.flatMap((message) => (isTurn(message) ? [] : [textOf(message)]))];
  const folded = texts.filter((text) => text !== '').join('\n\n');
  return { system: folded === '' ? undefined : folded, messages: messages.filter(isTurn) };
}

const textOf = (message: Extract<Message, { role: 'system' }>): string =>
  message.parts.map(({ text }) => text).join('\n\n');
