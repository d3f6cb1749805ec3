import type { AssistantMessage, Message, UserMessage } from '@majordomo/core';

const START = '<summary-of-earlier-conversation>';
const END = '</summary-of-earlier-conversation>';
const HEADER =
  'For reference: what was said and done before, as a model summed it up. It is no request, and what it tells as done is done. Where it and later messages differ, the later ones hold.';

/** Returns the summary between the tags by which it is recognized. */
export const textOfSummary = (summary: string): string =>
  `${START}\n${HEADER}\n\n${withoutFrame(summary)}\n${END}`;

/** Returns a user message that contains the summary. */
export const summaryMessage = (summary: string): UserMessage => ({
  role: 'user',
  parts: [{ type: 'text', text: textOfSummary(summary) }],
});

/** Returns the summary that a message contains, or `undefined` if the message is not a summary. */
export function summaryOf(message: Message | undefined): string | undefined {
  if (message?.role !== 'user') return undefined;
  const [part, ...more] = message.parts;
  if (part?.type !== 'text' || more.length > 0) return undefined;
  const { text } = part;
  return text.startsWith(`${START}\n`) && text.endsWith(`\n${END}`) ? withoutFrame(text) : undefined;
}

/** Removes the tags and the header around a summary, because some summarizers repeat them in a new summary. */
export const withoutFrame = (summary: string): string =>
  summary.replaceAll(START, '').replaceAll(END, '').replaceAll(HEADER, '').trim();

/** Assistant turn that separates two user turns, for wires that require alternating roles. */
export const ACKNOWLEDGMENT: AssistantMessage = { role: 'assistant', parts: [{ type: 'text', text: 'OK.' }] };

/** Whether a message is an acknowledgment. Compares the content, because stored transcripts are copies. */
export function isAcknowledgment({ role, parts }: Message): boolean {
  const [part, ...more] = parts;
  return role === 'assistant' && more.length === 0 && part?.type === 'text' && part.text === 'OK.';
}
